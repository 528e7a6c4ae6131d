/** Tokens whose signature is made or spoilt by hand, for any algorithm. */
import type { AlgorithmName, JwsVerifier, VerificationKey } from 'countersign';
import { createJwsVerifier } from 'countersign';
import type { Judgement } from './judgement.js';
import { judge } from './judgement.js';
import { toBase64url } from './tokens.js';

/** What every such token says, before its signature. */
export function signingInputFor(alg: string, payload = 'hand-made'): string {
  return `${toBase64url(JSON.stringify({ alg }))}.${toBase64url(payload)}`;
}

/** What a verifier of this one key says to a signature over this signing input. */
export function judgeSignature(
  key: VerificationKey,
  signingInput: string,
  signature: Uint8Array,
): Promise<Judgement> {
  return judge(jwsVerifierOf([key]), `${signingInput}.${toBase64url(signature)}`);
}

export function jwsVerifierOf(
  keys: readonly VerificationKey[],
  algorithms: readonly AlgorithmName[] | null = null,
): JwsVerifier {
  return createJwsVerifier({ keys, algorithms, type: null });
}
