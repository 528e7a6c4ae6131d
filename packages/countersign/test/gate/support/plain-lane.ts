/** An acceptor with nothing to it: tokens of one issuer under keys that are given. Its parts can be swapped by tests. */
import type { JwtVerifier, VerificationKey } from 'countersign';
import { createJwtVerifier, TokenError } from 'countersign';
import type { ReplayStore } from 'countersign/asap';
import type { Acceptor, AcceptorContext, Lane, VerifiedToken } from '../../../src/gate/acceptor.js';
import type { ApplicationCaller } from '../../../src/gate/caller.js';
import { secretKey } from '../../support/keys.js';
import { NOW, tokenOf } from '../../support/tokens.js';

export const ISSUER = 'https://issuer.example';

export interface PlainLane {
  readonly acceptor: Acceptor;
  /** How many tokens were verified, with whatever result. */
  verifications: number;
  /** The keys that count; taking one out is a rotation. */
  keys: readonly VerificationKey[];
  /** Awaited before each verification that may wait; without it keys are at hand. */
  beforeKeys: (() => Promise<void>) | undefined;
}

export interface PlainLaneOptions {
  readonly issuer?: string;
  readonly keys?: readonly VerificationKey[];
  readonly replay?: ReplayStore | null;
  readonly isCacheable?: boolean;
  readonly boundTo?: { readonly jkt: string };
  readonly warmUp?: () => Promise<void>;
}

/** The claims of {@link plainToken}: they may be anything. */
export function plainToken(claims: Readonly<Record<string, unknown>> = {}): string {
  const all = { iss: ISSUER, sub: 'somebody', jti: 'token-1', iat: NOW, exp: NOW + 60, ...claims };
  return tokenOf({ payload: JSON.stringify(all) });
}

export function plainLane(options: PlainLaneOptions = {}): PlainLane {
  const { issuer = ISSUER, keys = [secretKey], replay = null, isCacheable = true } = options;
  const lane: PlainLane = {
    verifications: 0,
    keys,
    beforeKeys: undefined,
    acceptor: { name: 'plain', kind: 'application', build: (context) => [build(context)] },
  };

  function build({ clock, toleranceSeconds }: AcceptorContext): Lane {
    const verifierOf = (each: readonly VerificationKey[]): JwtVerifier =>
      createJwtVerifier({
        keys: each,
        algorithms: null,
        type: null,
        issuer,
        audience: null,
        maxAgeSeconds: null,
        toleranceSeconds,
        clock,
      });
    function verify(token: string): VerifiedToken {
      lane.verifications++;
      const { claims, header, key } = verifierOf(lane.keys).verify(token);
      return Object.freeze({
        caller: callerOf(claims as Record<string, unknown>),
        key,
        kid: header.kid,
        goodFrom: Number(claims.nbf ?? claims.iat ?? Number.NEGATIVE_INFINITY) - toleranceSeconds,
        goodUntil: Number(claims.exp) + toleranceSeconds,
        boundTo: options.boundTo,
      });
    }
    return {
      acceptor: 'plain',
      kind: 'application',
      claim: { issuer, types: [null, 'jwt'], keyIds: 'any' },
      verify(token) {
        if (lane.beforeKeys !== undefined) throw new TokenError('key_not_found', 'no key is at hand');
        return verify(token);
      },
      async verifyAsync(token) {
        await lane.beforeKeys?.();
        return verify(token);
      },
      isKeyCurrent: ({ key }) => lane.keys.includes(key),
      isCacheable,
      replay,
      warmUp: options.warmUp ?? (() => Promise.resolve()),
    };
  }
  return lane;
}

function callerOf(claims: Readonly<Record<string, unknown>>): ApplicationCaller {
  return Object.freeze({
    kind: 'application',
    issuer: String(claims['iss']),
    subject: String(claims['sub']),
    audience: [],
    scopes: String(claims['scope'] ?? '').split(' '),
    level: undefined,
    acr: undefined,
    amr: undefined,
    authenticatedAt: undefined,
    tokenId: claims['jti'] as string | undefined,
    issuedAt: claims['iat'] as number | undefined,
    expiresAt: Number(claims['exp']),
    claims,
    clientId: undefined,
  });
}
