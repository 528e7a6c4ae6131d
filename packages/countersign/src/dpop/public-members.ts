/** The public half of a key as proofs carry it. */
import { exportPublicJwk } from '../keys/export-key.js';
import type { PrivateKey, PublicKey } from '../keys/key.js';

/** The members that the type of the key requires (RFC 7638 section 3.2) and no others. Frozen. */
export interface ProofJwk {
  readonly kty: string;
  readonly [member: string]: string;
}

const MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e'];

export function publicMembersOf(key: PublicKey | PrivateKey): ProofJwk {
  const jwk = exportPublicJwk(key);
  const members = MEMBERS.filter((name) => jwk[name] !== undefined).map((name) => [name, jwk[name]]);
  return Object.freeze(Object.fromEntries(members) as ProofJwk);
}
