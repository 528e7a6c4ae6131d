/** Services that call and are called, and tokens between them that no signer would make. */
import type { AlgorithmName, KeyPair } from 'countersign';
import { createJwsSigner, importPrivateKey, importPublicKey } from 'countersign';
import type { AsapVerifier, AsapVerifierOptions } from 'countersign/asap';
import { createAsapVerifier } from 'countersign/asap';
import type { RawKind } from '../../../support/raw-keys.js';
import { rawPair } from '../../../support/raw-keys.js';
import { NOW } from '../../../support/tokens.js';

export const ISSUER = 'caller';
export const KEY_ID = 'caller/key1';
export const AUDIENCE = 'callee';

const KINDS: Readonly<Record<string, RawKind>> = {
  ES256: 'p256',
  ES384: 'p384',
  ES512: 'p521',
  EdDSA: 'ed25519',
};

/** The same bytes whatever the id, so that only the id can make a difference. */
export function keyPairWithId(kid: string | undefined, algorithm: AlgorithmName = 'ES256'): KeyPair {
  const raw = rawPair(KINDS[algorithm] ?? 'rsa');
  return {
    privateKey: importPrivateKey({ algorithm, kid, keyObject: raw.privateKey }),
    publicKey: importPublicKey({ algorithm, kid, keyObject: raw.publicKey }),
  };
}

/** For tokens of {@link tokenWith}: from anybody, as often as they come. */
export function verifierWith(options: Partial<AsapVerifierOptions> = {}): AsapVerifier {
  return createAsapVerifier({
    keys: keyPairWithId(KEY_ID).publicKey,
    audience: AUDIENCE,
    issuers: null,
    clock: () => NOW,
    ...options,
  });
}

export interface HandMade {
  readonly kid?: string | undefined;
  readonly algorithm?: AlgorithmName;
  readonly typ?: string | undefined;
}

/** A signed token, good for a minute from NOW on unless `claims` says otherwise; undefined leaves a claim out. */
export function tokenWith(claims: Readonly<Record<string, unknown>> = {}, handMade: HandMade = {}): string {
  const { kid, algorithm, typ } = { kid: KEY_ID, algorithm: 'ES256' as const, typ: 'JWT', ...handMade };
  const all = {
    iss: ISSUER,
    sub: ISSUER,
    aud: AUDIENCE,
    iat: NOW,
    nbf: NOW,
    exp: NOW + 60,
    jti: 'an-id',
    ...claims,
  };
  const signer = createJwsSigner({
    key: keyPairWithId(kid, algorithm).privateKey,
    header: typ === undefined ? {} : { typ },
  });
  return signer.sign(Buffer.from(JSON.stringify(all)));
}

/** A key source that knows every key id and counts how often it is asked. */
export function keysForAnyId() {
  const asked: (string | undefined)[] = [];
  return {
    asked,
    keys: {
      peek: () => undefined,
      async resolve({ kid, algorithm }: { kid: string | undefined; algorithm: AlgorithmName }) {
        asked.push(kid);
        return keyPairWithId(kid, algorithm).publicKey;
      },
    },
  };
}
