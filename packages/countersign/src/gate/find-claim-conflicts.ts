/** Whether two lanes of a gate could claim one token: a gate of which that is true is refused when it is made. */
import type { Lane, LaneClaim } from './acceptor.js';
import { namedIssuers } from './lane-claims.js';

/** Every conflict, each a sentence that names both acceptors and says what to change; none for lanes that agree. */
export function findClaimConflicts(lanes: readonly Lane[]): readonly string[] {
  return lanes.flatMap((lane, index) =>
    lanes.slice(index + 1).flatMap((other) => findConflict(lane, other) ?? []),
  );
}

function findConflict(one: Lane, other: Lane): string | undefined {
  if (one.claim.issuer === null && other.claim.issuer === null) {
    return `${both(one, other)} take tokens of any service: make them one acceptor`;
  }
  return findSharedIssuer(one, other) ?? findTakenIssuer(one, other) ?? findTakenIssuer(other, one);
}

/** Two lanes of one issuer may differ in types or in key ids, as those for ID tokens and access tokens do. */
function findSharedIssuer(one: Lane, other: Lane): string | undefined {
  const issuers = namedIssuers(other.claim);
  const shared = namedIssuers(one.claim).find((issuer) => issuers.includes(issuer));
  const types = one.claim.types.filter((type) => other.claim.types.includes(type));
  if (shared === undefined || types.length === 0 || areKeyIdsApart(one.claim, other.claim)) return undefined;
  const named = types.map((type) => (type === null ? 'no typ' : `typ ${type}`)).join(' or ');
  return `${both(one, other)} would judge tokens of the issuer ${quote(shared)} with ${named}: name this issuer in one of them only`;
}

/** Whoever names an issuer takes it away from a lane that is for all the others, whatever the types. */
function findTakenIssuer(open: Lane, naming: Lane): string | undefined {
  if (open.claim.issuer !== null) return undefined;
  const taken = namedIssuers(naming.claim).find((issuer) => open.claim.expectedIssuers?.includes(issuer));
  if (taken === undefined) return undefined;
  return `${both(open, naming)} name the issuer ${quote(taken)}: take it out of one of them, or give one of the two another name`;
}

function areKeyIdsApart(one: LaneClaim, other: LaneClaim): boolean {
  const kinds = [one.keyIds, other.keyIds];
  return kinds.includes('none') && kinds.includes('under-issuer');
}

function both(one: Lane, other: Lane): string {
  return one.acceptor === other.acceptor
    ? `two ${one.acceptor} in accept`
    : `${one.acceptor} and ${other.acceptor} in accept`;
}

/** Comes from configuration; shortened like every other value in a message. */
function quote(issuer: string): string {
  return JSON.stringify(issuer.slice(0, 200));
}
