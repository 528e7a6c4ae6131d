/** Nonces for DPoP proofs that no server needs to remember (RFC 9449 section 8). */
import type { KeyObject } from 'node:crypto';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { aFunction, integerFrom } from '../core/option-rules.js';
import type { OptionRules, ValueRule } from '../core/options.js';
import { checkOptions, optional, required } from '../core/options.js';
import type { SecretKey } from '../keys/key.js';
import { isKey, materialOf } from '../keys/key.js';

export interface DpopNonces {
  /** The nonce of this moment, for `DPoP-Nonce`. */
  issue(): string;
  /** Whether a proof with this nonce is fresh. */
  accepts(nonce: string): boolean;
}

export interface DpopNoncesOptions {
  /**
   * At least 32 bytes, made by importSecret, the same in every process; or several, of which the first makes nonces
   * and all are accepted, so that a secret can be replaced: add the new one last everywhere, then put it first.
   */
  readonly secret: SecretKey | readonly SecretKey[];
  /** How long a nonce is good for at least; twice as long at most. From 1 to 3600. Default 60. */
  readonly lifetimeSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
}

const MIN_SECRET_BYTES = 32;
const DEFAULT_LIFETIME_SECONDS = 60;
/** How far the clock of the process that made a nonce may be ahead of the one that is asked. */
const CLOCK_DIFFERENCE_SECONDS = 5;
/** Holds a space: no JWS, and nothing else that this library signs, begins like this. */
const PURPOSE = 'countersign DPoP nonce ';

const isLongSecret = (value: unknown): value is SecretKey =>
  isKey(value) &&
  value.kind === 'secret' &&
  (materialOf(value).keyObject.symmetricKeySize ?? 0) >= MIN_SECRET_BYTES;

const secretRule: ValueRule = (value) =>
  isLongSecret(value) || (Array.isArray(value) && value.length > 0 && value.every(isLongSecret))
    ? undefined
    : `must be a secret of at least ${MIN_SECRET_BYTES} bytes made by importSecret, or a non-empty array of such`;

const rules: OptionRules<DpopNoncesOptions> = {
  secret: required(secretRule),
  lifetimeSeconds: optional(integerFrom(1, 3600, 'seconds')),
  clock: optional(aFunction),
};

/**
 * Nonces that are a function of the secret and of time alone: all are the same for a while, then the next follows, and
 * the one before is still taken. Nobody without the secret can tell one beforehand, which is all they are for: a proof
 * cannot be made long before it is used. Whether a proof is used twice is the matter of the replay store.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createDpopNonces(options: DpopNoncesOptions): DpopNonces {
  const checked = checkOptions('createDpopNonces', options, rules);
  const { secret, lifetimeSeconds = DEFAULT_LIFETIME_SECONDS, clock = systemClock } = checked;
  const secrets = (isKey(secret) ? [secret] : [...secret]).map((key) => materialOf(key).keyObject);
  const [first] = secrets as [KeyObject];
  const periodAt = (seconds: number) => Math.floor(seconds / lifetimeSeconds);

  return Object.freeze({
    issue: () => nonceOf(first, periodAt(clock())).toString('base64url'),
    accepts(nonce: string) {
      const now = clock();
      const current = periodAt(now);
      const periods = new Set([current, current - 1, periodAt(now + CLOCK_DIFFERENCE_SECONDS)]);
      const given = Buffer.from(String(nonce), 'latin1');
      return secrets.some((key) => [...periods].some((period) => isNonceOf(key, period, given)));
    },
  });
}

function nonceOf(key: KeyObject, period: number): Buffer {
  return createHmac('sha256', key).update(`${PURPOSE}${period}`).digest();
}

function isNonceOf(key: KeyObject, period: number, given: Buffer): boolean {
  const expected = Buffer.from(nonceOf(key, period).toString('base64url'), 'latin1');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
