/**
 * How surely somebody is known, as levels one above the other, and what to answer when that is not enough: the step-up
 * challenge of RFC 9470. Any layer from jwt up may import it.
 */
import { UsageError } from '../core/errors.js';

export interface Level {
  /** Higher is surer. */
  readonly level: number;
  /** The authentication context class reference: what `acr` and `acr_values` call this level. */
  readonly acr: string;
  /** In words. */
  readonly meaning: string;
}

/** What is known of how somebody authenticated. */
export interface Authentication {
  readonly level?: number | null | undefined;
  /** `auth_time`: epoch seconds. */
  readonly authenticatedAt?: number | null | undefined;
}

/** What a resource asks for. */
export interface AuthenticationRequirement {
  /** At least this level. */
  readonly level?: number | undefined;
  /** Authenticated no longer ago than this. */
  readonly maxAgeSeconds?: number | undefined;
}

/** What to answer (RFC 9470 section 3). Frozen. */
export interface StepUpChallenge {
  readonly status: 401;
  readonly error: 'insufficient_user_authentication';
  /** Every level that would do, the lowest first; empty where the level is high enough. */
  readonly acrValues: readonly string[];
  /** Null where the age is not the trouble. */
  readonly maxAgeSeconds: number | null;
  /** The value of `WWW-Authenticate`. */
  readonly challenge: string;
}

export interface LevelLadder {
  /** From the lowest to the highest. */
  readonly levels: readonly Level[];
  /** The level that an `acr` stands for; undefined for one that is not on the ladder, which is as good as none. */
  levelOf(acr: unknown): number | undefined;
  /** The `acr` of the highest rung that this level reaches; undefined below the lowest. */
  acrOf(level: number): string | undefined;
  /**
   * Undefined when the requirement is met, else what to answer. Nothing known is nothing met: a missing level is below
   * every level, a missing instant is too long ago.
   *
   * @param nowSeconds the present in epoch seconds
   * @throws {UsageError} `invalid_options` for a requirement that nothing on this ladder could meet.
   */
  findStepUp(
    authentication: Authentication,
    requirement: AuthenticationRequirement,
    nowSeconds: number,
  ): StepUpChallenge | undefined;
}

/** The ladder of the API tokens (row POL-32). The `acr` of each is its number. */
export const LEVELS: readonly Level[] = Object.freeze(
  (
    [
      [0, 'none'],
      [1, 'external: somebody else vouches for it'],
      [2, 'single factor, such as a password'],
      [3, 'several factors'],
      [3.1, 'several factors, one of them a hardware key'],
      [3.5, 'several factors, checked by somebody else'],
      [4, 'certificate'],
    ] as const
  ).map(([level, meaning]) => Object.freeze({ level, acr: String(level), meaning })),
);

/** What may stand in a quoted string between spaces (RFC 9110 section 5.6.4; RFC 9470 section 3). */
const ACR = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

/**
 * A ladder of levels.
 *
 * @throws {UsageError} `invalid_options` for no levels, a level that is no finite number, an `acr` that cannot stand
 * in a header, and for two rungs of one level or one `acr`.
 */
export function createLevelLadder(levels: readonly Level[] = LEVELS): LevelLadder {
  const problems = findLevelProblems(levels);
  if (problems.length > 0) throw new UsageError('invalid_options', 'createLevelLadder', problems);
  const rungs = Object.freeze(
    levels.map((each) => Object.freeze({ ...each })).sort((one, two) => one.level - two.level),
  );
  const byAcr = new Map<unknown, number>(rungs.map(({ acr, level }) => [acr, level]));
  return Object.freeze({
    levels: rungs,
    levelOf: (acr: unknown) => byAcr.get(acr),
    acrOf: (level: number) => rungs.findLast((rung) => rung.level <= level)?.acr,
    findStepUp(authentication: Authentication, requirement: AuthenticationRequirement, nowSeconds: number) {
      const acrValues = missingAcrValues(rungs, authentication.level, requirement.level);
      const maxAgeSeconds = exceededAge(authentication.authenticatedAt, requirement, nowSeconds);
      if (acrValues.length === 0 && maxAgeSeconds === null) return undefined;
      return createChallenge(acrValues, maxAgeSeconds);
    },
  });
}

/** Stated so that NaN is never enough, nor Infinity. */
function missingAcrValues(
  rungs: readonly Level[],
  level: number | null | undefined,
  wanted: number | undefined,
): readonly string[] {
  if (wanted === undefined) return [];
  const enough = rungs.filter((rung) => rung.level >= wanted).map(({ acr }) => acr);
  if (enough.length === 0) {
    throw new UsageError('invalid_options', 'findStepUp', ['level must be one that the ladder reaches']);
  }
  return isFiniteNumber(level) && level >= wanted ? [] : enough;
}

function exceededAge(
  authenticatedAt: number | null | undefined,
  { maxAgeSeconds }: AuthenticationRequirement,
  nowSeconds: number,
): number | null {
  if (maxAgeSeconds === undefined) return null;
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 0) {
    throw new UsageError('invalid_options', 'findStepUp', ['maxAgeSeconds must be a whole number from 0 up']);
  }
  const isFresh = isFiniteNumber(authenticatedAt) && nowSeconds - authenticatedAt <= maxAgeSeconds;
  return isFresh ? null : maxAgeSeconds;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function createChallenge(acrValues: readonly string[], maxAgeSeconds: number | null): StepUpChallenge {
  const error = 'insufficient_user_authentication';
  const description =
    acrValues.length > 0 ? 'A higher authentication level is required' : 'A fresh authentication is required';
  const parameters = [
    `error="${error}"`,
    `error_description="${description}"`,
    ...(acrValues.length > 0 ? [`acr_values="${acrValues.join(' ')}"`] : []),
    ...(maxAgeSeconds === null ? [] : [`max_age="${maxAgeSeconds}"`]),
  ];
  return Object.freeze({
    status: 401,
    error,
    acrValues: Object.freeze([...acrValues]),
    maxAgeSeconds,
    challenge: `Bearer ${parameters.join(', ')}`,
  });
}

function findLevelProblems(levels: readonly Level[]): string[] {
  if (!Array.isArray(levels) || levels.length === 0) return ['levels must be a non-empty array'];
  if (levels.some((each: unknown) => typeof each !== 'object' || each === null))
    return ['each level must be an object'];
  const problems: string[] = [];
  if (!levels.every(({ level }) => Number.isFinite(level)))
    problems.push('each level must be a finite number');
  if (!levels.every(({ acr }) => typeof acr === 'string' && ACR.test(acr))) {
    problems.push('each acr must be printable ASCII without spaces, quotes and backslashes');
  }
  if (new Set(levels.map(({ level }) => level)).size < levels.length)
    problems.push('two levels are the same');
  if (new Set(levels.map(({ acr }) => acr)).size < levels.length)
    problems.push('two levels have the same acr');
  return problems;
}
