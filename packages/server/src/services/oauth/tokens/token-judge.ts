import type { Clock, JwsVerifier, JwtClaims, JwtVerifier, VerificationKey } from 'countersign';
import { createJwsVerifier, createJwtVerifier, TokenError } from 'countersign';
import { parseScope } from 'countersign/access-token';
import { SIGNING_ALGORITHMS } from '../../../domain/app.js';
import type { OauthStores } from '../../../domain/oauth/stores.js';
import type { AuthorityKeys, ClientDirectory, TokenJudge, VerifiedAccessToken } from '../oauth-services.js';

export interface TokenJudgeOptions {
  readonly keys: Pick<AuthorityKeys, 'verificationKeys'>;
  readonly clients: Pick<ClientDirectory, 'find'>;
  readonly store: { readonly oauth: Pick<OauthStores, 'revocations'> };
  readonly clock: Clock;
  /** `iss` of every token. */
  readonly issuer: string;
}

interface Verifiers {
  readonly accessTokens: JwtVerifier;
  readonly idTokens: JwsVerifier;
}

/** Another process may have issued the token by a clock that is ahead of this one. Nothing lives longer by it. */
const CLOCK_TOLERANCE_SECONDS = 30;
const NONE: readonly string[] = Object.freeze([]);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Judges in the order structure, key, signature, claims, client, revocation. */
export function createTokenJudge(options: TokenJudgeOptions): TokenJudge {
  const { keys, clients, store, clock, issuer } = options;
  const prepared = new WeakMap<readonly VerificationKey[], Verifiers>();

  async function verifiers(): Promise<Verifiers> {
    const list = await keys.verificationKeys();
    const made = prepared.get(list) ?? createVerifiers(list, options);
    prepared.set(list, made);
    return made;
  }

  async function isRevoked({ tokenId, grantId, subject, issuedAt }: VerifiedAccessToken): Promise<boolean> {
    return store.oauth.revocations.isRevoked({ tokenId, grantId, subject, issuedAt });
  }

  return Object.freeze({
    async accessToken(token: string) {
      const { accessTokens } = await verifiers();
      const verified = await unlessBad(accessTokens.verifyAsync(token));
      const found = verified && readAccessToken(verified.claims);
      if (found === undefined || !(clock() < found.expiresAt)) return undefined;
      if ((await clients.find(found.clientId)) === undefined) return undefined;
      return (await isRevoked(found)) ? undefined : found;
    },
    async idTokenHint(token: string) {
      const { idTokens } = await verifiers();
      const verified = await unlessBad(idTokens.verifyAsync(token));
      return verified && readIdToken(verified.payload, issuer);
    },
  });
}

function createVerifiers(
  list: readonly VerificationKey[],
  { issuer, clock }: Pick<TokenJudgeOptions, 'issuer' | 'clock'>,
): Verifiers {
  const shared = { keys: list, algorithms: SIGNING_ALGORITHMS };
  return {
    accessTokens: createJwtVerifier({
      ...shared,
      type: 'at+jwt',
      issuer,
      audience: null,
      maxAgeSeconds: null,
      requiredClaims: ['sub', 'aud', 'client_id', 'iat', 'jti'],
      toleranceSeconds: CLOCK_TOLERANCE_SECONDS,
      clock,
    }),
    // Looks at no claims: a hint may have expired.
    idTokens: createJwsVerifier({ ...shared, type: 'JWT' }),
  };
}

async function unlessBad<Verified>(verification: Promise<Verified>): Promise<Verified | undefined> {
  try {
    return await verification;
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

/** Undefined where a claim has another form than the tokens that are issued here. */
function readAccessToken(claims: JwtClaims): VerifiedAccessToken | undefined {
  const { sub, aud, exp, iat, jti, client_id: clientId, scope, grant_id: grantId = null } = claims;
  const isWhole = isText(sub) && isText(jti) && isText(clientId) && exp !== undefined && iat !== undefined;
  const scopes = scope === undefined ? NONE : parseScope(scope);
  const dpopJkt = readThumbprint(claims['cnf']);
  if (!isWhole || scopes === undefined || dpopJkt === undefined) return undefined;
  if (grantId !== null && !isText(grantId)) return undefined;
  return Object.freeze({
    claims,
    clientId,
    subject: sub,
    tokenId: jti,
    scopes,
    audiences: Object.freeze([aud ?? []].flat()),
    grantId,
    dpopJkt,
    issuedAt: iat,
    expiresAt: exp,
  });
}

/** Null where the token is bound to nothing; undefined where it is bound in a way that is not ours. */
function readThumbprint(cnf: unknown): string | null | undefined {
  if (cnf === undefined) return null;
  const jkt = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : undefined;
  return isText(jkt) ? jkt : undefined;
}

/** The payload is what somebody here signed as a JWT: as an ID token of the authority, or of an app (another `iss`). */
function readIdToken(payload: Uint8Array, issuer: string) {
  const { iss, aud, azp, sub, sid = null, exp } = JSON.parse(utf8.decode(payload)) as JwtClaims;
  const isOurs = iss === issuer && isText(aud) && azp === aud && isText(sub) && typeof exp === 'number';
  if (!isOurs || (sid !== null && !isText(sid))) return undefined;
  return Object.freeze({ clientId: aud, subject: sub, sessionId: sid });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
