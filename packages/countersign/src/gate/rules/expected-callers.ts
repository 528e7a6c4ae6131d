/** What is known of the callers of a gate before any of them comes, so that rules which none could meet are found. */
import { findIssuerProblem } from '../../keys/key-id.js';
import type { Lane } from '../acceptor.js';
import type { CallerFact, CallerKind } from '../caller.js';
import { namedIssuers } from '../lane-claims.js';

/** The callers that come in by one lane. Whatever is not known here may be. */
export interface ExpectedCallers {
  readonly kind: CallerKind;
  /** What none of them ever has. */
  readonly unsaid: readonly CallerFact[];
  /** The issuers that are known by name. */
  readonly issuers: readonly string[];
  /** False only where no token of this issuer can come in by the lane. */
  mayBeOf(issuer: string): boolean;
}

export function expectCallers(lanes: readonly Lane[]): readonly ExpectedCallers[] {
  const named = new Set(lanes.flatMap(({ claim }) => namedIssuers(claim)));
  return lanes.map(({ kind, claim, unsaid = [] }) => {
    const issuers = claim.issuer === null ? (claim.expectedIssuers ?? []) : namedIssuers(claim);
    const isOpen = claim.issuer === null && claim.expectedIssuers === undefined;
    return Object.freeze({
      kind,
      unsaid,
      issuers,
      mayBeOf: (issuer: string) =>
        isOpen ? !named.has(issuer) && findIssuerProblem(issuer) === undefined : issuers.includes(issuer),
    });
  });
}
