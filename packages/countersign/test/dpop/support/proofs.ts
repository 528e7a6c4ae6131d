/** Proofs put together by hand on node:crypto, so that they can say what no signer of the library would. */
import { sign } from 'node:crypto';
import { TokenError } from 'countersign';
import type { DpopPresentation, DpopVerifier, DpopVerifierOptions } from 'countersign/dpop';
import { createDpopVerifier, createMemoryReplayStore } from 'countersign/dpop';
import type { RawKind } from '../../support/raw-keys.js';
import { publicJwk, rawPair } from '../../support/raw-keys.js';
import { NOW, toBase64url } from '../../support/tokens.js';

export const METHOD = 'POST';
export const URL_OF_REQUEST = 'https://api.example/orders';

type Members = Readonly<Record<string, unknown>>;

export interface HandMadeProof {
  /** On top of `typ`, `alg` and `jwk`; undefined leaves a member out. */
  readonly header?: Members;
  /** On top of `jti`, `htm`, `htu` and `iat`; undefined leaves a claim out. */
  readonly claims?: Members;
  /** Whose key signs. Default: a P-256 key, which the header holds. */
  readonly signedBy?: RawKind;
}

let made = 0;

/** A proof for {@link presentation}, made at NOW, each with a `jti` of its own. */
export function proofWith({ header, claims, signedBy = 'p256' }: HandMadeProof = {}): string {
  made += 1;
  const all = { typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk('p256'), ...header };
  const said = { jti: `proof-${made}`, htm: METHOD, htu: URL_OF_REQUEST, iat: NOW, ...claims };
  return signProof(JSON.stringify(all), JSON.stringify(said), signedBy);
}

/** A proof over exactly these texts. */
export function signProof(header: string, payload: string, signedBy: RawKind = 'p256'): string {
  const input = `${toBase64url(header)}.${toBase64url(payload)}`;
  const { privateKey } = rawPair(signedBy);
  const hash = privateKey.asymmetricKeyType?.startsWith('ed') ? null : 'sha256';
  const signature = sign(hash, Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${toBase64url(signature)}`;
}

/** At a token endpoint: no access token, nothing bound. */
export function presentation(
  proof: string | readonly string[],
  parts: Partial<DpopPresentation> = {},
): DpopPresentation {
  return {
    proof: typeof proof === 'string' ? [proof] : proof,
    method: METHOD,
    url: URL_OF_REQUEST,
    accessToken: null,
    boundTo: null,
    ...parts,
  };
}

export function verifierWith(options: Partial<DpopVerifierOptions> = {}): DpopVerifier {
  const clock = options.clock ?? (() => NOW);
  return createDpopVerifier({ replay: createMemoryReplayStore({ clock }), clock, ...options });
}

/** `accepted`, or the code and the reason of the refusal. Any other error fails the test. */
export async function judgeProof(
  proof: string | readonly string[],
  parts: Partial<DpopPresentation> = {},
  verifier = verifierWith(),
): Promise<string> {
  try {
    await verifier.verifyAsync(presentation(proof, parts));
    return 'accepted';
  } catch (error) {
    if (error instanceof TokenError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** What {@link judgeProof} says of a proof that does not hold, for this reason. */
export const invalid = (reason: string | RegExp) =>
  new RegExp(`^dpop_proof_invalid: .*${typeof reason === 'string' ? reason : reason.source}`);
