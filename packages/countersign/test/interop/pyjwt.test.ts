/** Tokens made here verify in a plain PyJWT, which is what the Python original stands on, and the other way round. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exportPrivatePem, exportPublicPem, importPublicKey } from 'countersign';
import {
  ASAP_ALGORITHMS,
  createAsapSigner,
  createAsapVerifier,
  createStaticPrivateKey,
} from 'countersign/asap';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyPairFor } from '../support/keys.js';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('pyjwt.py', import.meta.url));

const isInstalled = spawnSync(PYTHON, ['-c', 'import jwt, cryptography']).status === 0;
if (!isInstalled) {
  console.warn(
    `SKIPPED: ${PYTHON} with jwt and cryptography is missing (Debian: python3-jwt python3-cryptography)`,
  );
}

interface Answer {
  readonly verified: readonly {
    readonly claims?: Readonly<Record<string, unknown>>;
    readonly header?: Readonly<Record<string, unknown>>;
    readonly error?: string;
  }[];
  readonly signed: readonly { readonly token: string; readonly pem: string }[];
}

/** One start of Python for all: it takes a third of a second. */
function askPython(request: { verify: readonly object[]; sign: readonly object[] }): Answer {
  const { stdout, stderr, status } = spawnSync(PYTHON, [SCRIPT], {
    input: JSON.stringify(request),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The present: PyJWT takes no other time. */
const now = Math.floor(Date.now() / 1000);

const ourTokens = ASAP_ALGORITHMS.map((algorithm) => {
  const { privateKey, publicKey } = keyPairFor(algorithm);
  const keys = createStaticPrivateKey({ kid: 'orders/key', pem: exportPrivatePem(privateKey) });
  const signer = createAsapSigner({ issuer: 'orders', keys, algorithm });
  const token = signer.sign({ audience: ['billing', 'payroll'], claims: { tenant: 'ä' } });
  return { algorithm, token, pem: exportPublicPem(publicKey), audience: 'billing' };
});

const theirRequests = ASAP_ALGORITHMS.map((algorithm) => {
  const times = { iat: now, nbf: now, exp: now + 60 };
  const claims = { iss: 'billing', sub: 'billing', aud: 'orders', jti: `${now}:4711`, tenant: 'ä', ...times };
  return { algorithm, kid: 'billing/key', claims };
});

/** With one bit of the payload turned over. */
function changed(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(payload, 'base64url');
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  return [header, bytes.toString('base64url'), signature].join('.');
}

describe.skipIf(!isInstalled)('a plain PyJWT', () => {
  let answer: Answer;
  beforeAll(() => {
    const forged = ourTokens.map((item) => ({ ...item, token: changed(item.token) }));
    answer = askPython({ verify: [...ourTokens, ...forged], sign: theirRequests });
  });

  it.each(ASAP_ALGORITHMS.map((algorithm, index) => ({ algorithm, index })))(
    '$algorithm: verifies what is signed here',
    ({ algorithm, index }) => {
      const { claims, header, error } = answer.verified[index] ?? {};
      expect(error).toBeUndefined();
      expect(header).toEqual({ typ: 'JWT', alg: algorithm, kid: 'orders/key' });
      expect(claims).toMatchObject({
        iss: 'orders',
        sub: 'orders',
        aud: ['billing', 'payroll'],
        tenant: 'ä',
      });
      expect(answer.verified[index + ASAP_ALGORITHMS.length]).toEqual({ error: 'InvalidSignatureError' });
    },
  );

  it.each(ASAP_ALGORITHMS.map((algorithm, index) => ({ algorithm, index })))(
    '$algorithm: signs what verifies here',
    ({ algorithm, index }) => {
      const { token = '', pem = '' } = answer.signed[index] ?? {};
      const keys = importPublicKey({ pem, algorithm, kid: 'billing/key' });
      const verifier = createAsapVerifier({
        keys,
        audience: 'orders',
        issuers: 'billing',
        toleranceSeconds: 30,
      });
      expect(verifier.verify(token)).toMatchObject({
        issuer: 'billing',
        keyId: 'billing/key',
        claims: theirRequests[index]?.claims,
      });
      expect(() => verifier.verify(changed(token))).toThrow(
        expect.objectContaining({ code: 'bad_signature' }),
      );
    },
  );
});
