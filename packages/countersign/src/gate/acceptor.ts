/**
 * The contract between the gate and the acceptors: which tokens an acceptor claims, and how they are verified. An
 * acceptor is built together with its gate, whose clock, tolerance and key resolver it uses.
 */
import type { Clock } from '../core/clock.js';
import type { ReplayStore } from '../jwt/replay-store.js';
import type { VerificationKey } from '../keys/key.js';
import type { Caller, CallerFact, CallerKind } from './caller.js';
import type { KeyResolver } from './key-resolver.js';

export interface AcceptorContext {
  readonly clock: Clock;
  readonly toleranceSeconds: number;
  readonly maxTokenBytes: number;
  readonly keys: KeyResolver;
  /** The level that an `acr` stands for; undefined for none. */
  levelOf(acr: unknown): number | undefined;
  /**
   * Whether the gate checks that who presents a token holds the key that it is bound to
   * ({@link VerifiedToken.boundTo}). Default false: lanes refuse bound tokens with `proof_of_possession_missing`.
   */
  readonly checksPossession?: boolean | undefined;
}

/** What an acceptor function gives: options that were checked, nothing built yet. */
export interface Acceptor {
  /** As its function is called: `accessTokens`. For messages and spans. */
  readonly name: string;
  readonly kind: CallerKind;
  /** @throws {UsageError} for what only the context shows to be wrong. */
  build(context: AcceptorContext): readonly Lane[];
}

/**
 * Which tokens a lane claims, by what they say of themselves before anything is verified. No two lanes of a gate may
 * claim one token; what a lane claims it must verify in full, this too.
 */
export interface LaneClaim {
  /**
   * The `iss` that is claimed, exactly; several where one set of keys is theirs by design (the kinds of a policy); null
   * for every one-segment issuer (ASAP) that no other lane of the gate names.
   */
  readonly issuer: string | readonly string[] | null;
  /** Where `issuer` is null: the issuers that may come in, if they are listed. No other lane may name one of them. */
  readonly expectedIssuers?: readonly string[] | undefined;
  /** Normalised as in jws-header (`at+jwt`, `jwt`); null stands for a token without `typ`. */
  readonly types: readonly (string | null)[];
  /** `under-issuer`: the kid must be the issuer or lie under it; `none`: tokens that name a key are not claimed. */
  readonly keyIds: 'any' | 'none' | 'under-issuer';
}

/** One verifier for the tokens of one claim: keys of one issuer never verify tokens of another. */
export interface Lane {
  readonly acceptor: string;
  readonly kind: CallerKind;
  readonly claim: LaneClaim;
  /** What no caller of this lane ever has: rules that ask for it are mistakes. Default: nothing is known of that. */
  readonly unsaid?: readonly CallerFact[] | undefined;
  /**
   * Structure, key, signature, claims; with keys that are at hand. Does not check revocation, replay and policy.
   *
   * @param nowSeconds as the clock of the gate has just told, for who asked it already
   * @throws {TokenError} `key_not_found` where a key would have to be fetched, and everything else a verifier throws.
   */
  verify(token: string, nowSeconds?: number): VerifiedToken;
  /** The same, fetching keys. @throws {UnavailableError} `key_source_unavailable` */
  verifyAsync(token: string): Promise<VerifiedToken>;
  /**
   * Whether a token that this lane verified would find the same key now: false once the key was removed, and where a
   * fetch would be needed to tell (row K8).
   */
  isKeyCurrent(verified: VerifiedToken): boolean;
  /** False where what verifies a token may change with every call (a secret function): such tokens are never cached. */
  readonly isCacheable: boolean;
  /** Where uses are remembered; null for tokens that may be used as often as they come. */
  readonly replay: ReplayStore | null;
  /** Loads keys ahead of the first token. Rejects with UnavailableError `key_source_unavailable`. */
  warmUp(): Promise<void>;
}

export interface VerifiedToken {
  readonly caller: Caller;
  readonly key: VerificationKey;
  /** The `kid` of the header, for {@link Lane.isKeyCurrent}. */
  readonly kid: string | undefined;
  /** From when on the token is good by its `nbf` and `iat`, tolerance included; -Infinity where it says neither. */
  readonly goodFrom: number;
  /** Until just before when: `exp` and the longest age, tolerance included. */
  readonly goodUntil: number;
  /** The key that the presenter must prove to hold (`cnf`; RFC 7800, RFC 9449 section 6); undefined for bearer tokens. */
  readonly boundTo?: { readonly jkt: string } | undefined;
}
