/** Policies: what API tokens may say, checked once. */
import { TokenError, UsageError } from '../../core/errors.js';
import { parseStrictJsonObject } from '../../core/strict-json.js';
import type { CompiledPolicy } from './compiled-policy.js';
import { compilePolicy } from './compiled-policy.js';
import { findDefinitionProblems } from './find-definition-problems.js';
import type { PolicyDefinition } from './policy-definition.js';

/** A policy that passed. Made by definePolicy and parsePolicy only: a look-alike object is refused. */
export interface Policy<Definition extends PolicyDefinition = PolicyDefinition> {
  /** A copy of what was given, frozen through and through. */
  readonly definition: Definition;
}

const compiled = new WeakMap<object, CompiledPolicy>();

/**
 * A policy. Its type carries the definition, so that TypeScript knows which kinds, extras and values `encode` takes.
 *
 * @throws {UsageError} `invalid_options` with every problem found, each with its place.
 */
export function definePolicy<const Definition extends PolicyDefinition>(
  definition: Definition,
): Policy<Definition> {
  return createPolicy('definePolicy', definition);
}

/**
 * A policy from JSON text, such as a file: an object with `kinds` and `extras`, as {@link definePolicy} takes it.
 *
 * @throws {UsageError} `invalid_options` for text that is no JSON, or has a member twice; else as definePolicy does.
 */
export function parsePolicy(text: string): Policy {
  const subject = 'parsePolicy';
  try {
    return createPolicy(subject, parseStrictJsonObject(Buffer.from(text)) as unknown as PolicyDefinition);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new UsageError('invalid_options', subject, [error.message.replace(/^the JSON/, 'the policy')]);
  }
}

export function isPolicy(value: unknown): value is Policy {
  return typeof value === 'object' && value !== null && compiled.has(value);
}

/** What a policy means. */
export function compiledPolicyOf(policy: Policy): CompiledPolicy {
  const meaning = compiled.get(policy);
  if (meaning === undefined) throw new RangeError('not a policy');
  return meaning;
}

export function policyRule(value: unknown): string | undefined {
  return isPolicy(value) ? undefined : 'must be a policy made by definePolicy or parsePolicy';
}

function createPolicy<Definition extends PolicyDefinition>(
  subject: string,
  given: Definition,
): Policy<Definition> {
  const problems = findDefinitionProblems(given);
  if (problems.length > 0) throw new UsageError('invalid_options', subject, problems);
  const definition = freezeCopy(given);
  const policy: Policy<Definition> = Object.freeze({ definition });
  compiled.set(policy, compilePolicy(definition));
  return policy;
}

/** Plain values only. What is done to the original later makes no difference. */
export function freezeCopy<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(freezeCopy)) as Value;
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([name, item]) => [name, freezeCopy(item)])),
  ) as Value;
}
