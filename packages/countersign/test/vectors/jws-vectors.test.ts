import type { JwsVerifier, SigningKey, VerificationKey } from 'countersign';
import {
  createJwsSigner,
  createJwsVerifier,
  createJwtVerifier,
  importPrivateKey,
  importPublicKey,
  importSecret,
} from 'countersign';
import { describe, expect, it } from 'vitest';
import { judge } from '../support/judgement.js';
import type { JwsVector, VectorKey } from './read-vectors.js';
import { readJwsVectors } from './read-vectors.js';

const PRIVATE_MEMBERS = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi']);

function secretOf({ algorithm, jwk }: VectorKey) {
  if (algorithm !== 'HS256') throw new Error(`no vector has a secret for ${algorithm}`);
  return importSecret({ algorithm, kid: jwk.kid, secret: Buffer.from(String(jwk['k']), 'base64url') });
}

function verificationKeyOf(key: VectorKey): VerificationKey {
  if (key.jwk.kty === 'oct') return secretOf(key);
  const publicMembers = Object.entries(key.jwk).filter(([name]) => !PRIVATE_MEMBERS.has(name));
  return importPublicKey({ algorithm: key.algorithm, jwk: Object.fromEntries(publicMembers) });
}

function signingKeyOf(key: VectorKey): SigningKey {
  return key.jwk.kty === 'oct' ? secretOf(key) : importPrivateKey(key);
}

function verifierFor(keys: readonly VectorKey[]): JwsVerifier {
  return createJwsVerifier({ keys: keys.map(verificationKeyOf), algorithms: null, type: null });
}

const vectors = readJwsVectors();
const isCompact = (vector: JwsVector): vector is JwsVector & { token: string } =>
  typeof vector.token === 'string';
const compact = vectors.filter(isCompact);

describe('compact tokens of the RFCs', () => {
  it.each(compact)('$name: $outcome', async ({ keys, token, outcome }) => {
    expect(await judge(verifierFor(keys), token)).toBe(outcome);
  });

  it.each(compact.filter(({ outcome }) => outcome === 'accepted'))(
    '$name: the content is handed out as it was',
    async ({ keys, token, payload }) => {
      const verifier = verifierFor(keys);
      expect(Buffer.from(verifier.verify(token).payload).toString()).toBe(payload);
      expect(Buffer.from((await verifier.verifyAsync(token)).payload).toString()).toBe(payload);
    },
  );

  it.each(compact.filter(({ reproducible }) => reproducible))(
    '$name: signing gives the same token',
    async ({ keys: [key], token, payload = '' }) => {
      if (key === undefined) throw new Error('the vector has no key');
      const signer = createJwsSigner({ key: signingKeyOf(key) });
      expect(signer.sign(Buffer.from(payload))).toBe(token);
      expect(await signer.signAsync(Buffer.from(payload))).toBe(token);
    },
  );

  it.each(compact.filter(({ payload }) => payload?.includes('"exp":1300819380')))(
    '$name: as a JWT it is good until just before its exp',
    async ({ keys, token }) => {
      const verifierAt = (now: number) =>
        createJwtVerifier({
          keys: keys.map(verificationKeyOf),
          algorithms: null,
          type: null,
          issuer: 'joe',
          audience: null,
          maxAgeSeconds: null,
          clock: () => now,
        });
      expect(await judge(verifierAt(1_300_819_379), token)).toBe('accepted');
      expect(await judge(verifierAt(1_300_819_380), token)).toBe('token_expired');
    },
  );
});

describe('JSON serialisations of the RFCs', () => {
  it.each(vectors.filter((vector) => !isCompact(vector)))(
    '$name: $outcome',
    async ({ keys, token, outcome }) => {
      // RFC 7520 gives one id to keys of two types: a verifier of both could not tell them apart.
      for (const key of keys) {
        const verifier = verifierFor([key]);
        expect(await judge(verifier, JSON.stringify(token))).toBe(outcome);
        expect(await judge(verifier, token as unknown as string)).toBe(outcome);
      }
    },
  );
});
