/**
 * Whether whoever sends a token holds the key that it is bound to (RFC 9449 section 7). Asked with every request, also
 * for tokens that are remembered: a proof speaks of one request.
 */
import type { Clock } from '../core/clock.js';
import { TokenError } from '../core/errors.js';
import { aBoolean } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { optional, required } from '../core/options.js';
import type { DpopVerifierOptions } from '../dpop/dpop-verifier.js';
import { createDpopVerifier, dpopVerifierRules } from '../dpop/dpop-verifier.js';
import { problemWithRemoteUrl } from '../keys/remote-url.js';
import type { AcceptedToken } from './accepted-token.js';
import type { GateRequest } from './gate-request.js';
import { withoutOrigin } from './rules/request-path.js';

export interface GateDpopOptions extends Omit<DpopVerifierOptions, 'clock'> {
  /**
   * Where clients reach this service: scheme and host, and the path that a proxy takes off, if any. What is called is
   * this and the path of the request; never what the `Host` header says (row O23).
   */
  readonly baseUrl: string;
  /** Whether tokens that are bound to no key are refused. Default false. */
  readonly required?: boolean | undefined;
}

/** What is put behind a query is no path any more: one proof would then do for every path. */
function aBaseUrl(value: unknown): string | undefined {
  const problem = problemWithRemoteUrl(value, true);
  return problem === undefined && String(value).includes('?') ? 'must not carry a query' : problem;
}

export const gateDpopRules: OptionRules<GateDpopOptions> = {
  baseUrl: required(aBaseUrl),
  required: optional(aBoolean),
  algorithms: dpopVerifierRules.algorithms,
  replay: dpopVerifierRules.replay,
  maxAgeSeconds: dpopVerifierRules.maxAgeSeconds,
  toleranceSeconds: dpopVerifierRules.toleranceSeconds,
  nonces: dpopVerifierRules.nonces,
};

export interface PresentedToken {
  readonly scheme: 'bearer' | 'dpop';
  readonly token: string;
}

export interface PossessionCheck {
  /** As challenges name them; null where no proofs are taken. */
  readonly algorithms: readonly string[] | null;
  /** For the answer to a proof without one; undefined where none are asked for. */
  nextNonce(): string | undefined;
  /** At once for bearer tokens. Throws or rejects with TokenError, UnavailableError of the replay store. */
  check(accepted: AcceptedToken, presented: PresentedToken, request: GateRequest): Promise<void> | undefined;
}

/** Tokens that are bound to a key are refused: nobody could check a proof. */
export const NO_PROOFS: PossessionCheck = Object.freeze({
  algorithms: null,
  nextNonce: () => undefined,
  check({ verified }: AcceptedToken) {
    if (verified.boundTo !== undefined) throw possessionMissing('this gate takes no proofs');
    return undefined;
  },
});

/** The options must have passed {@link gateDpopRules}. */
export function createPossessionCheck(options: GateDpopOptions, clock: Clock): PossessionCheck {
  const { baseUrl, required: isRequired = false, ...verifierOptions } = options;
  const verifier = createDpopVerifier({ ...verifierOptions, clock });
  const base = baseUrl.replace(/\/+$/, '');
  /** Several guards on one request take its proof once (row ASAP-35). */
  const proved = new WeakMap<object, string>();

  async function prove(jkt: string | null, token: string, request: GateRequest): Promise<void> {
    const { carrier } = request;
    if (carrier !== undefined && proved.get(carrier) === token) return;
    await verifier.verifyAsync({
      proof: request.headers('dpop'),
      method: request.method,
      url: base + pathOf(request),
      accessToken: token,
      boundTo: jkt,
    });
    if (carrier !== undefined) proved.set(carrier, token);
  }

  return Object.freeze({
    algorithms: verifier.algorithms,
    nextNonce: () => options.nonces?.issue(),
    check({ verified }: AcceptedToken, { scheme, token }: PresentedToken, request: GateRequest) {
      const jkt = verified.boundTo?.jkt ?? null;
      if (scheme === 'dpop') return prove(jkt, token, request);
      if (jkt !== null) throw possessionMissing('it must come with the scheme DPoP and a proof');
      if (isRequired) throw possessionMissing('only tokens that are bound to a key are taken');
      return undefined;
    },
  });
}

/** Byte for byte: with its dots resolved, a path would be another one than the service goes by (row O23). */
function pathOf({ url }: GateRequest): string {
  const path = withoutOrigin(url);
  if (path.startsWith('/')) return path;
  throw new TokenError('dpop_proof_invalid', 'the target of the request is not one that a proof can name');
}

/** A token that is bound to a key is no bearer token (RFC 9449 section 7.2). */
function possessionMissing(why: string): TokenError {
  return new TokenError('proof_of_possession_missing', `the token cannot be used like this: ${why}`);
}
