/** The contract between the gate and whatever knows which tokens were revoked. */

export interface RevocationQuery {
  readonly issuer: string;
  readonly subject: string;
  /** `jti`; undefined for tokens without one, which only a revocation of the subject reaches. */
  readonly tokenId: string | undefined;
  /** `grant_id` (what FAPI Grant Management calls it); undefined for tokens that come from no grant. */
  readonly grantId?: string | undefined;
  /** `iat`; undefined counts as before every moment. */
  readonly issuedAt: number | undefined;
  /** `exp`. Lets a source tell whether it may have forgotten what was said of the token. */
  readonly expiresAt: number;
}

/** `unknown`: the source cannot tell now (its feed is down); what follows is the choice of the gate. */
export type RevocationVerdict = 'good' | 'revoked' | 'unknown';

export interface RevocationSource {
  /**
   * Asked for every token of every request, cached or not. What it throws counts as `unknown`. An answer is waited for as
   * long as it takes, and the request with it: a source beyond this process needs a time limit of its own.
   */
  check(query: RevocationQuery): RevocationVerdict | Promise<RevocationVerdict>;
  /** Loads what is needed to tell. */
  warmUp?(): Promise<void>;
}

export function isRevocationSource(value: unknown): value is RevocationSource {
  return typeof value === 'object' && value !== null && 'check' in value && typeof value.check === 'function';
}
