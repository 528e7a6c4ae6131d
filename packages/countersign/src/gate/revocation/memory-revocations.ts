/** A revocation source in the memory of one process. */
import type { Clock } from '../../core/clock.js';
import { systemClock } from '../../core/clock.js';
import { UnavailableError } from '../../core/errors.js';
import { aFunction, aNonEmptyString, integerFrom, numberFrom } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional, required } from '../../core/options.js';
import { withEdition } from './edition.js';
import type { RevocationQuery, RevocationSource, RevocationVerdict } from './revocation-source.js';
import type { GrantRevocation, SubjectRevocation, TokenRevocation } from './revocation-table.js';
import { createRevocationTable } from './revocation-table.js';

export interface MemoryRevocationsOptions {
  /** How many revocations are in force at most. Default 100,000. */
  readonly maxEntries?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface MemoryRevocations extends RevocationSource {
  /**
   * Refuses one token from now on.
   *
   * @throws {UsageError} `invalid_options` with every problem found.
   * @throws {UnavailableError} `revocation_unavailable` when there is no room: the token is not revoked.
   */
  revokeToken(revocation: TokenRevocation): void;
  /** Refuses every token with this claim `grant_id`. Throws as {@link MemoryRevocations.revokeToken}. */
  revokeGrant(revocation: GrantRevocation): void;
  /**
   * Refuses every token of the subject with an `iat` earlier than `before`, and those without one. `iat` is mostly in
   * whole seconds: rounded up, `before` reaches tokens of this very second too. Throws as
   * {@link MemoryRevocations.revokeToken}.
   */
  revokeSubject(revocation: SubjectRevocation): void;
  check(query: RevocationQuery): RevocationVerdict;
  /** Revocations that take room now, those included that have expired and were not swept out yet. */
  readonly size: number;
}

const rules: OptionRules<MemoryRevocationsOptions> = {
  maxEntries: optional(integerFrom(1, 10_000_000, 'revocations')),
  clock: optional(aFunction),
};

const anInstant = numberFrom(0, Number.MAX_SAFE_INTEGER, 'epoch seconds');

const tokenRules: OptionRules<TokenRevocation> = {
  issuer: required(aNonEmptyString),
  tokenId: required(aNonEmptyString),
  expiresAt: required(anInstant),
};

const grantRules: OptionRules<GrantRevocation> = {
  issuer: required(aNonEmptyString),
  grantId: required(aNonEmptyString),
  expiresAt: required(anInstant),
};

const subjectRules: OptionRules<SubjectRevocation> = {
  issuer: required(aNonEmptyString),
  subject: required(aNonEmptyString),
  before: required(anInstant),
  expiresAt: required(anInstant),
};

const DEFAULT_MAX_ENTRIES = 100_000;
const RETRY_AFTER_SECONDS = 60;

/**
 * Revocations for one process: what it knows is lost when the process ends, and other processes do not know it. Each is
 * remembered until 300 seconds after it expires, so that no gate with a tolerance takes the token in between. After the
 * clock was set back, tokens of which something could have been forgotten are `unknown`.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createMemoryRevocations(options: MemoryRevocationsOptions = {}): MemoryRevocations {
  const checked = checkOptions('createMemoryRevocations', options, rules);
  const clock = checked.clock ?? systemClock;
  const table = createRevocationTable(checked.maxEntries ?? DEFAULT_MAX_ENTRIES);
  const revocations: MemoryRevocations = Object.freeze({
    get size() {
      return table.size;
    },
    revokeToken(revocation: TokenRevocation) {
      requireRoom(table.addToken(checkOptions('revokeToken', revocation, tokenRules), clock()));
    },
    revokeGrant(revocation: GrantRevocation) {
      requireRoom(table.addGrant(checkOptions('revokeGrant', revocation, grantRules), clock()));
    },
    revokeSubject(revocation: SubjectRevocation) {
      requireRoom(table.addSubject(checkOptions('revokeSubject', revocation, subjectRules), clock()));
    },
    check: (query: RevocationQuery) => table.find(query),
  });
  return withEdition(revocations, () => table.edition);
}

function requireRoom(isKept: boolean): void {
  if (isKept) return;
  throw new UnavailableError('revocation_unavailable', 'there is no room for another revocation', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
