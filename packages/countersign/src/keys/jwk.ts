/** JSON Web Keys (RFC 7517): the shape, and what a key may say about itself. */
import type { Algorithm } from './algorithms.js';
import { headerNamesOf } from './algorithms.js';

/** A JSON Web Key as it comes from outside. Nothing about it is checked. */
export interface Jwk {
  readonly kty?: string | undefined;
  readonly kid?: string | undefined;
  readonly alg?: string | undefined;
  readonly use?: string | undefined;
  readonly key_ops?: readonly string[] | undefined;
  readonly [member: string]: unknown;
}

/** RFC 7518 sections 6.2.2, 6.3.2 and 6.4; RFC 8037 section 2. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * What speaks against using this JWK with this algorithm to this end (row J8; RFC 7517 sections 4.1 to 4.4).
 * Whether the key itself is sound is not looked at.
 */
export function findJwkProblems(jwk: Jwk, row: Algorithm, operation: 'sign' | 'verify'): string[] {
  const problems: string[] = [];
  if (jwk.kty !== row.keyType) problems.push(`the JWK must have kty "${row.keyType}" for ${row.name}`);
  if (jwk.alg !== undefined && !headerNamesOf(row).includes(jwk.alg))
    problems.push(`the JWK is not for ${row.name}: its alg differs`);
  if (jwk.use !== undefined && jwk.use !== 'sig') problems.push('the JWK has a use other than "sig"');
  if (jwk.key_ops !== undefined && !permits(jwk.key_ops, operation)) {
    problems.push(`the JWK does not list "${operation}" among its key_ops`);
  }
  if (jwk.kid !== undefined && (typeof jwk.kid !== 'string' || jwk.kid === '')) {
    problems.push('the JWK has a kid that is no non-empty string');
  }
  if (operation === 'verify' && PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member))) {
    problems.push('the JWK holds private members: publish and configure the public half only');
  }
  return problems;
}

function permits(operations: unknown, operation: string): boolean {
  return (
    Array.isArray(operations) &&
    operations.includes(operation) &&
    operations.every((item) => typeof item === 'string') &&
    new Set(operations).size === operations.length
  );
}
