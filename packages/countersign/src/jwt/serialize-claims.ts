/** Claims as the JSON text that is signed. */
import { UsageError } from '../core/errors.js';
import { findJsonProblem } from '../core/find-json-problem.js';
import type { ClaimsToSign } from './jwt-claims.js';

/**
 * The JSON text of the claims, members in the order given.
 *
 * @throws {UsageError} `invalid_claims` for what JSON cannot say, and for `exp`, `nbf` or `iat` that is no number.
 */
export function serializeClaims(claims: ClaimsToSign): string {
  const problem = findJsonProblem(claims) ?? findDateProblem(claims);
  if (problem !== undefined) throw new UsageError('invalid_claims', 'sign', [problem]);
  return JSON.stringify(claims);
}

function findDateProblem({ exp, nbf, iat }: ClaimsToSign): string | undefined {
  return isDate(exp) && isDate(nbf) && isDate(iat)
    ? undefined
    : 'exp, nbf and iat must be numbers: seconds since 1970';
}

function isDate(value: unknown): boolean {
  return value === undefined || typeof value === 'number';
}
