import { importPrivateKey } from 'countersign';
import {
  createAsapSigner,
  createStaticPrivateKey,
  exportPrivateKeyDataUri,
  parsePrivateKeyDataUri,
} from 'countersign/asap';
import { describe, expect, it } from 'vitest';
import { rawPair } from '../support/raw-keys.js';
import { usageProblem } from '../support/usage.js';

const der = (kind: 'rsa' | 'p256') => rawPair(kind).privateKey.export({ format: 'der', type: 'pkcs8' });
const base64 = der('p256').toString('base64');
const example = `data:application/pkcs8;kid=example%2Feg;base64,${base64}`;

describe('a private key in a data URI', () => {
  it('ASAP-9: gives the decoded key id and the PKCS#8 bytes', () => {
    const parsed = parsePrivateKeyDataUri(example);
    expect(parsed).toMatchObject({ kid: 'example/eg', derFormat: 'pkcs8' });
    expect(Buffer.from(parsed.der)).toEqual(der('p256'));
    expect(parsePrivateKeyDataUri(`\n${example}\n`).kid).toBe('example/eg');
  });

  it.each([
    ['rsa', 'RS256'],
    ['p256', 'ES256'],
  ] as const)('ASAP-9: %s keys serve a signer', (kind, algorithm) => {
    const uri = `data:application/pkcs8;kid=example%2Feg;base64,${der(kind).toString('base64')}`;
    const keys = createStaticPrivateKey(parsePrivateKeyDataUri(uri));
    const signer = createAsapSigner({ issuer: 'example', keys, algorithm });
    expect(signer.sign({ audience: 'aud' }).split('.')).toHaveLength(3);
  });

  it.each([
    ['another prefix', example.replace('application/pkcs8', 'application/x-pem-file')],
    ['no key id', `data:application/pkcs8;base64,${base64}`],
    ['an empty key id', `data:application/pkcs8;kid=;base64,${base64}`],
    ['a key id that leaves its root', `data:application/pkcs8;kid=..%2Feg;base64,${base64}`],
    ['a plus in the key id, which is a space', `data:application/pkcs8;kid=a+b;base64,${base64}`],
    ['a key id that cannot be decoded', `data:application/pkcs8;kid=%zz;base64,${base64}`],
    ['no base64 marker', `data:application/pkcs8;kid=a,${base64}`],
    ['another parameter', `data:application/pkcs8;kid=a;x=y;base64,${base64}`],
    ['characters that are not base64', `data:application/pkcs8;kid=a;base64,***${base64}`],
    ['base64 that is cut off', `data:application/pkcs8;kid=a;base64,${base64.slice(0, 41)}`],
    ['nothing', ''],
    ['no text', undefined as never],
  ])('ASAP-9: refuses %s, and says nothing of what it holds', (_what, uri) => {
    const problem = usageProblem(() => parsePrivateKeyDataUri(uri));
    expect(problem).toMatch(/^invalid_key: (it|after|the key)/);
    expect(problem).not.toContain(base64.slice(0, 20));
  });

  it('what is exported reads back as the same key', () => {
    const kid = 'caller/with+plus.pem';
    const key = importPrivateKey({ algorithm: 'ES256', kid, keyObject: rawPair('p256').privateKey });
    const uri = exportPrivateKeyDataUri(key);
    expect(uri).toMatch(/^data:application\/pkcs8;kid=caller%2Fwith%2Bplus\.pem;base64,/);
    expect(
      exportPrivateKeyDataUri(importPrivateKey({ algorithm: 'ES256', ...parsePrivateKeyDataUri(uri) })),
    ).toBe(uri);
  });

  it('exports nothing but private keys with a key id', () => {
    const anonymous = importPrivateKey({ algorithm: 'ES256', keyObject: rawPair('p256').privateKey });
    expect(usageProblem(() => exportPrivateKeyDataUri(anonymous))).toMatch(/^invalid_key: the key id must/);
    expect(usageProblem(() => exportPrivateKeyDataUri({} as never))).toMatch(/^invalid_key: a private key/);
  });
});
