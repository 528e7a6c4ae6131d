/** Several key sources in order: the next one is asked where one cannot be reached (row ASAP-19). */
import { TokenError, UnavailableError, UsageError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { aFunction } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, describe, optional } from '../core/options.js';
import type { AlgorithmName } from './algorithms.js';
import type { VerificationKey } from './key.js';
import { KeyRetrievalError } from './key-retrieval-error.js';
import type { KeyLookup, KeySource } from './key-source.js';
import { isKeySource } from './key-source.js';

export interface RepositoryChainOptions {
  /**
   * Whether to ask the next source after this error. Default: after no answer at all, and after a status of 500 or
   * more. Whatever it says, an error other than TokenError and UnavailableError ends the search. A policy that goes on
   * after `key_not_found` has to go on after a cause that is `held_back` as well: a repository that lacks some of the
   * keys is not asked for every one of them.
   */
  readonly moveOn?: ((error: TokenError | UnavailableError) => boolean) | undefined;
  /** Is told, as `key_source_passed_over`, which source failed and why. */
  readonly logger?: Pick<Logger, 'warn'> | undefined;
}

const RULES: OptionRules<RepositoryChainOptions> = {
  moveOn: optional(aFunction),
  logger: optional((value) =>
    typeof value === 'object' && value !== null && 'warn' in value
      ? aFunction(value.warn)
      : `must be a logger, not ${describe(value)}`,
  ),
};

/**
 * A key source over several, asked in their order. A source that says that there is no such key is believed: nobody
 * else is asked. What one source has at hand is used without asking those before it again.
 *
 * `resolve` rejects with the error of the source that ended the search; when every source was passed over, with
 * UnavailableError key_source_unavailable, its cause an AggregateError with the error of each; or with the last
 * error, if all of them were TokenErrors.
 *
 * @throws UsageError invalid_options for anything but a list of key sources, for an empty one, and for bad options
 */
export function createRepositoryChain(
  sources: readonly KeySource[],
  options: RepositoryChainOptions = {},
): KeySource {
  checkSources(sources);
  const { moveOn = isOutOfReach, logger } = checkOptions('createRepositoryChain', options, RULES);
  const chain = Object.freeze([...sources]);
  return Object.freeze({
    algorithms: commonAlgorithms(chain),
    peek(lookup: KeyLookup) {
      for (const source of chain) {
        const key = source.peek(lookup);
        if (key !== undefined) return key;
      }
      return undefined;
    },
    async resolve(lookup: KeyLookup): Promise<VerificationKey> {
      const errors: (TokenError | UnavailableError)[] = [];
      for (const source of chain) {
        try {
          return await source.resolve(lookup);
        } catch (error) {
          if (!(error instanceof TokenError || error instanceof UnavailableError) || !moveOn(error))
            throw error;
          logger?.warn('key_source_passed_over', { reason: error.code, problem: error.message });
          errors.push(error);
        }
      }
      throw summarise(errors);
    },
  });
}

function checkSources(sources: readonly KeySource[]): void {
  if (!Array.isArray(sources) || sources.length === 0 || !sources.every(isKeySource)) {
    throw new UsageError('invalid_options', 'createRepositoryChain', [
      `sources must be a non-empty array of key sources, not ${describe(sources)}`,
    ]);
  }
}

function isOutOfReach({ cause }: TokenError | UnavailableError): boolean {
  return cause instanceof KeyRetrievalError && (cause.problem === 'no_answer' || (cause.status ?? 0) >= 500);
}

/** Known only if each source knows its own. */
function commonAlgorithms(sources: readonly KeySource[]): readonly AlgorithmName[] | undefined {
  const lists = sources.map(({ algorithms }) => algorithms);
  const known = lists.filter((list) => list !== undefined);
  return known.length < lists.length ? undefined : Object.freeze([...new Set(known.flat())]);
}

function summarise(errors: readonly (TokenError | UnavailableError)[]): Error {
  const unavailable = errors.filter((error) => error instanceof UnavailableError);
  const last = errors.at(-1);
  if (unavailable.length === 0 && last !== undefined) return last;
  const problems = errors.map(({ message }) => message).join('; ');
  return new UnavailableError('key_source_unavailable', `no key source can be reached: ${problems}`, {
    retryAfterSeconds: Math.min(...unavailable.map(({ retryAfterSeconds }) => retryAfterSeconds)),
    cause: new AggregateError(errors, 'every key source failed'),
  });
}
