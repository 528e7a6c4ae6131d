import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createJwsSigner, createJwtVerifier, importSecret } from 'countersign';
import { describe, expect, it } from 'vitest';
import { judge, judgeNow } from '../support/judgement.js';
import { keyPairFor, SECRET } from '../support/keys.js';
import { privateJwk, publicJwk } from '../support/raw-keys.js';
import { claimsText, NOW, signSegments, toBase64url, tokenOf } from '../support/tokens.js';
import { verifierWith } from '../support/verifiers.js';

const headerWith = (members: string) => `{"alg":"HS256",${members}}`;
const judgeHeader = (members: string, options = {}) =>
  judge(verifierWith(options), tokenOf({ header: headerWith(members) }));

describe('JSON of header and claims', () => {
  it.each([
    '{"alg":"none","alg":"HS256"}',
    '{"alg":"HS256","alg":"none"}',
    '{"alg":"HS256","\\u0061lg":"HS256"}',
    '{"alg":"HS256","x":{"a":1,"a":1}}',
  ])('J19: the header %s is refused', async (header) => {
    expect(await judge(verifierWith(), tokenOf({ header }))).toBe('malformed_token');
  });

  it.each(['"sub":"a","sub":"b"', '"exp":1,"a":1', '"__proto__":1,"__proto__":2', '"a":{"b":1,"b":1}'])(
    'J19: claims with %s are refused',
    async (members) => {
      const payload = `${claimsText().slice(0, -1)},${members}}`;
      expect(await judge(verifierWith(), tokenOf({ payload }))).toBe('malformed_token');
    },
  );

  it('J19: twins in case are other members, and mean nothing', async () => {
    expect(await judgeHeader('"Alg":"none","ALG":"none","Crit":["x"],"Kid":5')).toBe('accepted');
    const payload = `${claimsText().slice(0, -1)},"EXP":1,"Nbf":9999999999}`;
    expect(await judge(verifierWith(), tokenOf({ payload }))).toBe('accepted');
  });

  const notObjects = [
    '',
    ' ',
    'null',
    '1',
    '"text"',
    '[]',
    '["a"]',
    '{"a":1}x',
    '{"a":1}{"b":2}',
    '{"a":NaN}',
    '{"a":1}//c',
  ];

  it.each(notObjects)('J20: the payload %j is refused', async (payload) => {
    expect(await judge(verifierWith(), tokenOf({ payload }))).toBe('malformed_token');
  });

  it.each(notObjects)('J20: the header %j is refused', async (header) => {
    expect(await judge(verifierWith(), tokenOf({ header }))).toBe('malformed_token');
  });

  it.each([
    ['a byte order mark', Buffer.from(`\ufeff${claimsText()}`)],
    [
      'invalid UTF-8',
      Buffer.concat([
        Buffer.from(claimsText({ a: '"' }).slice(0, -1)),
        Uint8Array.of(0xff),
        Buffer.from('"}'),
      ]),
    ],
    ['an unpaired surrogate', Buffer.from(claimsText({ a: '"\\ud800"' }))],
    ['deep nesting', Buffer.from(claimsText({ a: '['.repeat(32) + ']'.repeat(32) }))],
  ])('J20, J21: a payload with %s is refused', async (_, payload) => {
    expect(await judge(verifierWith(), tokenOf({ payload }))).toBe('malformed_token');
  });

  it('J21: as many members as fit are read', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => `"m${index}":0`).join(',');
    expect(await judge(verifierWith(), tokenOf({ payload: `${claimsText().slice(0, -1)},${many}}` }))).toBe(
      'accepted',
    );
  });

  it('J21: nesting as deep as allowed is read, of header and claims', async () => {
    const deep = '['.repeat(31) + ']'.repeat(31);
    expect(await judge(verifierWith(), tokenOf({ payload: claimsText({ a: deep }) }))).toBe('accepted');
    expect(await judgeHeader(`"a":${deep}`)).toBe('accepted');
    expect(await judgeHeader(`"a":[${deep}]`)).toBe('malformed_token');
  });
});

describe('extensions', () => {
  it.each([
    '"crit":["exp"]',
    '"crit":["unknown"],"unknown":1',
    '"crit":[]',
    '"crit":"exp"',
    '"crit":[1]',
    '"crit":["a","a"],"a":1',
    '"crit":["alg"]',
    '"crit":["absent"]',
    '"crit":null',
    '"crit":{}',
    '"crit":false',
    '"\\u0063rit":["a"],"a":1',
  ])('J22: %s is refused', async (members) => {
    expect(await judgeHeader(members)).toBe('unsupported_critical_header');
  });

  it.each(['"b64":false,"crit":["b64"]', '"b64":false', '"b64":"x"', '"b64":true', '"b64":null'])(
    'J23: %s is refused',
    async (members) => {
      expect(await judgeHeader(members)).toBe('unsupported_critical_header');
    },
  );

  it('J23: a payload that is not encoded is refused', async () => {
    const header = toBase64url('{"alg":"HS256","b64":false,"crit":["b64"]}');
    expect(await judge(verifierWith(), signSegments(header, '$02'))).not.toBe('accepted');
  });
});

describe('keys that a token brings itself', () => {
  it('J24: they are neither used nor fetched', async () => {
    let connections = 0;
    const server = createServer((_, response) => response.end(JSON.stringify({ keys: [publicJwk('rsa')] })));
    server.on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    try {
      const attacker = keyPairFor('RS256');
      const ours = keyPairFor('ES256').publicKey;
      const verifier = createJwtVerifier({
        keys: [ours],
        algorithms: ['RS256', 'ES256'],
        issuer: null,
        audience: null,
        type: null,
        maxAgeSeconds: null,
        clock: () => NOW,
      });
      const jwk = publicJwk('rsa');
      for (const header of [
        { jwk },
        { x5c: ['MIIB'] },
        { jku: url },
        { x5u: url },
        { x5t: 'AAAA' },
        { jwk, jku: url, x5u: url },
      ]) {
        const token = createJwsSigner({ key: attacker.privateKey, header }).sign(Buffer.from(claimsText()));
        expect(await judge(verifier, token)).toBe('key_not_found');
      }
      expect(await judgeHeader(`"jku":"${url}","x5u":"${url}","jwk":{"kty":"oct","k":"AAAA"}`)).toBe(
        'accepted',
      );
      await new Promise((resolve) => setImmediate(resolve));
      expect(connections).toBe(0);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('J24: a secret in the header does not check its own token', async () => {
    const jwk = JSON.stringify({ kty: 'oct', k: toBase64url('x'.repeat(32)) });
    const other = importSecret({ algorithm: 'HS256', secret: 'another secret of more than 32 bytes' });
    const token = tokenOf({ header: headerWith(`"jwk":${jwk}`) });
    expect(judgeNow(verifierWith({ keys: other }), token)).toBe('bad_signature');
    expect(privateJwk('rsa')).toHaveProperty('d');
  });
});

describe('kid', () => {
  const named = importSecret({ algorithm: 'HS256', kid: 'svc/key-1', secret: SECRET });
  const judgeKid = (kid: unknown, keys = named) => judgeHeader(`"kid":${JSON.stringify(kid)}`, { keys });

  it('J25: the very id is accepted', async () => {
    expect(await judgeKid('svc/key-1')).toBe('accepted');
    expect(await judgeHeader('"kid":"svc\\/key-\\u0031"', { keys: named })).toBe('accepted');
  });

  it.each<unknown>([5, 0, true, null, {}, [], ['svc/key-1'], { toString: 'svc/key-1' }, ''])(
    'J25: %j is malformed',
    async (kid) => {
      expect(await judgeKid(kid)).toBe('malformed_token');
      expect(
        await judge(verifierWith(), tokenOf({ header: headerWith(`"kid":${JSON.stringify(kid)}`) })),
      ).toBe('malformed_token');
    },
  );

  it.each([
    '__proto__',
    'constructor',
    'toString',
    '../../etc/passwd',
    '/dev/null',
    "' OR 1=1--",
    'a\0b',
    'svc/key-1\0',
    'svc/key-1\n',
    'svc/key-1 ',
    ' svc/key-1',
    'SVC/KEY-1',
    'svc/key-',
    'svc//key-1',
    'svc/./key-1',
    '%2e%2e/',
    'svc%2fkey-1',
    'https://attacker.example/key',
    'k'.repeat(10_000),
    'é',
    '💥',
  ])('J25: %j finds no key', async (kid) => {
    expect(await judgeKid(kid)).toBe('key_not_found');
    expect(await judge(verifierWith(), tokenOf({ header: headerWith(`"kid":${JSON.stringify(kid)}`) }))).toBe(
      'key_not_found',
    );
  });

  it('J25: one of 64 KiB is refused for its size', async () => {
    expect(await judgeKid('k'.repeat(65_536))).toBe('token_too_large');
  });

  it('J25: it does not appear in the error', () => {
    const token = tokenOf({ header: headerWith('"kid":"evil\\nlog line"') });
    expect(() => verifierWith().verify(token)).toThrow(/^(?!.*evil)/s);
  });

  it('J25: a key with an id checks tokens that name none', async () => {
    expect(await judge(verifierWith({ keys: named }), tokenOf({}))).toBe('accepted');
  });
});

describe('typ', () => {
  it.each(['at+jwt', 'AT+JWT', 'at+JWT', 'application/at+jwt', 'Application/AT+jwt'])(
    'J27: %s is at+jwt',
    async (typ) => {
      expect(await judgeHeader(`"typ":"${typ}"`, { type: 'at+jwt' })).toBe('accepted');
      expect(await judgeHeader('"typ":"at+jwt"', { type: typ })).toBe('accepted');
    },
  );

  it.each([
    'JWT',
    'jwt',
    'at+jwt ',
    ' at+jwt',
    'at-jwt',
    'bat+jwt',
    'at+jwts',
    'text/at+jwt',
    'application/application/at+jwt',
    'application/',
    'at+jwt;q=1',
  ])('J27: %j is not at+jwt', async (typ) => {
    expect(await judgeHeader(`"typ":"${typ}"`, { type: 'at+jwt' })).toBe('unexpected_token_type');
  });

  it('J27: a token without one is refused where one is asked for, and only there', async () => {
    expect(await judge(verifierWith({ type: 'at+jwt' }), tokenOf({}))).toBe('unexpected_token_type');
    expect(await judge(verifierWith({ type: 'JWT' }), tokenOf({}))).toBe('unexpected_token_type');
    expect(await judge(verifierWith({ type: null }), tokenOf({}))).toBe('accepted');
    expect(await judgeHeader('"typ":"anything"', { type: null })).toBe('accepted');
  });

  it.each(['["at+jwt"]', 'null', '1', '{}', '""'])(
    'J27: %s is malformed, whatever is asked for',
    async (typ) => {
      expect(await judgeHeader(`"typ":${typ}`, { type: 'at+jwt' })).toBe('malformed_token');
      expect(await judgeHeader(`"typ":${typ}`, { type: null })).toBe('malformed_token');
    },
  );
});
