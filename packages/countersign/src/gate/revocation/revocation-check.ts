/** Asking a revocation source, and what follows from its answer. */
import { TokenError, UnavailableError } from '../../core/errors.js';
import type { JwtClaims } from '../../jwt/jwt-claims.js';
import type { AcceptedToken } from '../accepted-token.js';
import type { Awaitable } from '../gate-outcome.js';
import { isThenable } from '../is-thenable.js';
import { editionOf } from './edition.js';
import type { RevocationQuery, RevocationSource, RevocationVerdict } from './revocation-source.js';

export interface RevocationOptions {
  readonly source: RevocationSource;
  /**
   * What happens while the source cannot tell: `refuse` answers 503, `accept` lets in whoever has a good token, revoked
   * or not. There is no default: it is a choice between being reachable and being safe.
   */
  readonly whenUnavailable: 'refuse' | 'accept';
}

/** Whether it is known that the token is not revoked: false where the gate was told to let it in all the same. */
export type RevocationCheck = (accepted: AcceptedToken) => Awaitable<boolean>;

const RETRY_AFTER_SECONDS = 5;

/** The check throws or rejects with TokenError `token_revoked`, UnavailableError `revocation_unavailable`. */
export function createRevocationCheck({ source, whenUnavailable }: RevocationOptions): RevocationCheck {
  const edition = editionOf(source);

  function judge(verdict: RevocationVerdict): boolean {
    if (verdict === 'good') return true;
    if (verdict === 'revoked') throw new TokenError('token_revoked', 'the token or its subject was revoked');
    return tellUnknown(undefined);
  }

  /** Whatever is no answer tells nothing (row S13). */
  function tellUnknown(cause: unknown): boolean {
    if (whenUnavailable === 'accept') return false;
    throw new UnavailableError('revocation_unavailable', 'the revocation source cannot tell now', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause,
    });
  }

  return (accepted) => {
    let verdict: Awaitable<RevocationVerdict>;
    try {
      // Read before the source is asked: what is revoked meanwhile makes it another one.
      const now = edition();
      if (now !== undefined && now === accepted.goodAtEdition) return true;
      accepted.revocationQuery ??= queryFor(accepted);
      verdict = source.check(accepted.revocationQuery);
      if (verdict === 'good') accepted.goodAtEdition = now;
    } catch (cause) {
      return tellUnknown(cause);
    }
    return isThenable(verdict) ? Promise.resolve(verdict).then(judge, tellUnknown) : judge(verdict);
  };
}

/** By issuer and `jti`, never by the text of the token (row J12). */
function queryFor({ lane, verified }: AcceptedToken): RevocationQuery {
  const { issuer: iss, subject, tokenId, issuedAt, expiresAt, claims } = verified.caller;
  // One text for all tokens of the lane, where it names one issuer: found sooner in maps than as many equal ones.
  const issuer = iss === lane.claim.issuer ? lane.claim.issuer : iss;
  return Object.freeze({ issuer, subject, tokenId, grantId: grantIdOf(claims), issuedAt, expiresAt });
}

function grantIdOf(claims: JwtClaims): string | undefined {
  const grantId = Object.hasOwn(claims, 'grant_id') ? claims['grant_id'] : undefined;
  return typeof grantId === 'string' ? grantId : undefined;
}
