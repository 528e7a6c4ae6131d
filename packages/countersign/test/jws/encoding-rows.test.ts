import { createHmac } from 'node:crypto';
import { createJwsSigner, createJwsVerifier } from 'countersign';
import { describe, expect, it } from 'vitest';
import { jwsVerifierOf } from '../support/hand-signed.js';
import { judge } from '../support/judgement.js';
import { keyPairFor, SECRET, secretKey } from '../support/keys.js';
import { claimsText, signSegments, toBase64url, tokenOf } from '../support/tokens.js';
import { verifierWith } from '../support/verifiers.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The other last characters that a lax decoder reads as the same bytes. */
function twinsOf(segment: string): string[] {
  const bytes = Buffer.from(segment, 'base64url');
  return [...ALPHABET]
    .map((last) => segment.slice(0, -1) + last)
    .filter((twin) => twin !== segment && Buffer.from(twin, 'base64url').equals(bytes));
}

const header = toBase64url('{"alg":"HS256"}');
/** Of lengths that leave unused bits in the last character. */
const paddedHeader = toBase64url('{"alg":"HS256"} ');
const paddedPayload = toBase64url(`${claimsText()}${' '.repeat(3 - (claimsText().length % 3) + 1)}`);

describe('another last character for the same bytes', () => {
  it('J15: the segments as they should be are accepted', async () => {
    expect(await judge(verifierWith(), signSegments(paddedHeader, paddedPayload))).toBe('accepted');
    expect(twinsOf(paddedHeader)).not.toHaveLength(0);
    expect(twinsOf(paddedPayload)).not.toHaveLength(0);
  });

  it('J15: in a header under a MAC that covers it, refused', async () => {
    for (const twin of twinsOf(paddedHeader)) {
      expect(await judge(verifierWith(), signSegments(twin, paddedPayload))).toBe('malformed_token');
    }
  });

  it('J15: in a payload under a MAC that covers it, refused', async () => {
    for (const twin of twinsOf(paddedPayload)) {
      expect(await judge(verifierWith(), signSegments(paddedHeader, twin))).toBe('malformed_token');
    }
  });

  it.each(['HS256', 'RS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed448'] as const)(
    'J15: in a signature with %s, refused',
    async (algorithm) => {
      const { privateKey, publicKey } =
        algorithm === 'HS256' ? { privateKey: secretKey, publicKey: secretKey } : keyPairFor(algorithm);
      const token = createJwsSigner({ key: privateKey }).sign(Buffer.from('payload'));
      const verifier = jwsVerifierOf([publicKey]);
      const start = token.lastIndexOf('.') + 1;
      expect(await judge(verifier, token)).toBe('accepted');
      for (const twin of twinsOf(token.slice(start))) {
        expect(await judge(verifier, token.slice(0, start) + twin)).toBe('bad_signature');
      }
    },
  );
});

describe('characters that do not belong', () => {
  const good = tokenOf({});
  const ends = [...good.matchAll(/\.|$/g)].map((match) => match.index);
  const middles = ends.map((end) => end - 8);
  const starts = [0, ...ends.slice(0, 2).map((end) => end + 1)];

  it.each([
    '=',
    '==',
    ' ',
    '\n',
    '\r',
    '\t',
    '\r\n',
    '+',
    '/',
    '\0',
    '%',
    'é',
    'Ł',
    '\u2028',
    '😀',
    '\ud800',
    '\ufeff',
  ])('J16: %j anywhere in a token is refused', async (character) => {
    for (const at of [...starts, ...middles, ...ends]) {
      const token = good.slice(0, at) + character + good.slice(at);
      expect(await judge(verifierWith(), token)).not.toBe('accepted');
    }
  });

  it.each(['=', ' ', '\n', '\0', '\u0100'])(
    'J16: %j within a segment that is covered by the MAC is refused',
    async (character) => {
      const payload = toBase64url(claimsText());
      const at = payload.length - 8;
      for (const [first, second] of [
        [header + character, payload],
        [header.slice(0, 5) + character + header.slice(5), payload],
        [header, payload + character],
        [header, payload.slice(0, at) + character + payload.slice(at)],
      ] as const) {
        expect(await judge(verifierWith(), signSegments(first, second))).toBe('malformed_token');
      }
    },
  );

  it('J16: the alphabet of ordinary base64 is refused under a MAC that covers it', async () => {
    const payload = claimsText({ a: '"?>?>?>~~~"' });
    const encoded = Buffer.from(payload).toString('base64').replaceAll('=', '');
    expect(encoded).toMatch(/[+/]/);
    expect(await judge(verifierWith(), signSegments(header, toBase64url(payload)))).toBe('accepted');
    expect(await judge(verifierWith(), signSegments(header, encoded))).toBe('malformed_token');
  });

  it('J16: a character that shares its low byte with the right one is refused, in each segment', async () => {
    for (const at of [...starts, ...middles.slice(1)]) {
      const twin = String.fromCharCode(good.charCodeAt(at) + 0x100);
      const token = good.slice(0, at) + twin + good.slice(at + 1);
      expect(await judge(verifierWith(), token)).toBe('malformed_token');
      expect(await judge(verifierWith(), good)).toBe('accepted');
    }
  });

  it('J16: the same with a signature that is not checked as text', async () => {
    const { privateKey, publicKey } = keyPairFor('ES256');
    const token = createJwsSigner({ key: privateKey }).sign(Buffer.from('payload of some length'));
    const verifier = jwsVerifierOf([publicKey]);
    for (let at = 0; at < token.length; at += 7) {
      const twin = String.fromCharCode(token.charCodeAt(at) + 0x100);
      expect(await judge(verifier, token)).toBe('accepted');
      expect(await judge(verifier, token.slice(0, at) + twin + token.slice(at + 1))).toBe('malformed_token');
    }
  });
});

describe('segments', () => {
  const [first, second, third] = tokenOf({}).split('.') as [string, string, string];

  it.each([
    ['none', ''],
    ['a dot', '.'],
    ['two dots', '..'],
    ['one', first],
    ['two', `${first}.${second}`],
    ['two and a dot', `${first}.${second}.`],
    ['four', `${first}.${second}.${third}.${third}`],
    ['four, the last empty', `${first}.${second}.${third}.`],
    ['five, as in JWE', `${first}.${second}.${third}.${second}.${third}`],
    ['no header', `.${second}.${third}`],
    ['a dot before', `.${first}.${second}.${third}`],
    ['only a signature', `..${third}`],
    ['many dots', '.'.repeat(16_000)],
    ['JSON, flattened', JSON.stringify({ protected: first, payload: second, signature: third })],
    [
      'JSON, general',
      JSON.stringify({ payload: second, signatures: [{ protected: first, signature: third }] }),
    ],
    ['JSON with dots in it', `{"a":"${first}.${second}.${third}"}`],
  ])('J17: %s: refused', async (_, token) => {
    expect(await judge(verifierWith(), token)).toBe('malformed_token');
  });

  it('J17: no payload: refused as a JWT, nothing as the payload of a JWS', async () => {
    const token = signSegments(first, '');
    expect(await judge(verifierWith(), token)).toBe('malformed_token');
    expect(jwsVerifierOf([secretKey]).verify(token).payload).toHaveLength(0);
  });

  it('J17: a million dots are refused for their number', async () => {
    expect(await judge(verifierWith(), '.'.repeat(1_000_000))).toBe('token_too_large');
  });

  it.each([undefined, null, 5, {}, [], Buffer.from(tokenOf({})), Object(tokenOf({}))])(
    'J17: %s is no token',
    async (token) => {
      expect(await judge(verifierWith(), token as string)).toBe('malformed_token');
    },
  );
});

describe('size', () => {
  /** A good JWS of exactly that length. */
  function tokenOfLength(length: number): string {
    const payload = Buffer.alloc(Math.floor(((length - header.length - 45) * 3) / 4), 'x');
    const token = signSegments(header, toBase64url(payload));
    expect(token).toHaveLength(length);
    return token;
  }

  it('J21: 16384 bytes are accepted, one more is not', async () => {
    const verifier = jwsVerifierOf([secretKey]);
    expect(await judge(verifier, tokenOfLength(16_384))).toBe('accepted');
    expect(await judge(verifier, tokenOfLength(16_385))).toBe('token_too_large');
    expect(await judge(verifier, 'x'.repeat(16_385))).toBe('token_too_large');
    expect(await judge(verifier, 'x'.repeat(16_384))).toBe('malformed_token');
  });

  it('J21: the bound is an option, upwards and downwards', async () => {
    const token = tokenOf({});
    expect(await judge(verifierWith({ maxTokenBytes: token.length }), token)).toBe('accepted');
    expect(await judge(verifierWith({ maxTokenBytes: token.length - 1 }), token)).toBe('token_too_large');
    const long = tokenOf({ payload: claimsText({ a: `"${'x'.repeat(100_000)}"` }) });
    expect(await judge(verifierWith({ maxTokenBytes: 200_000 }), long)).toBe('accepted');
    const spoilt = `${long.slice(0, 500)}é${long.slice(501)}`;
    expect(await judge(verifierWith({ maxTokenBytes: 200_000 }), spoilt)).toBe('malformed_token');
  });

  it.each([10_000_000, 5_000_000])('J21: a token of %i bytes is refused unread', async (length) => {
    expect(await judge(verifierWith(), `${toBase64url('{"alg":"HS256"}')}.${'A'.repeat(length)}.AAAA`)).toBe(
      'token_too_large',
    );
  });

  it('J21: a header of 64 KiB is refused', async () => {
    const long = `{"alg":"HS256","p":"${'x'.repeat(65_536)}"}`;
    expect(await judge(verifierWith(), tokenOf({ header: long }))).toBe('token_too_large');
  });

  it('J21: long tokens under other algorithms are checked as short ones are', async () => {
    const { privateKey, publicKey } = keyPairFor('ES256');
    const payload = Buffer.alloc(60_000, 'x');
    const token = createJwsSigner({ key: privateKey }).sign(payload);
    const verifier = createJwsVerifier({
      keys: publicKey,
      algorithms: null,
      type: null,
      maxTokenBytes: 100_000,
    });
    expect(Buffer.from(verifier.verify(token).payload).equals(payload)).toBe(true);
    expect(await judge(verifier, `${token.slice(0, 100)}AAAA${token.slice(104)}`)).toBe('bad_signature');
  });
});

it('the signing input is taken as it came, not as it would be written again', async () => {
  const spaced = toBase64url('{ "alg" : "HS256" }');
  const signingInput = `${spaced}.${toBase64url(` ${claimsText()} `)}`;
  const mac = createHmac('sha256', SECRET).update(signingInput).digest('base64url');
  expect(await judge(verifierWith(), `${signingInput}.${mac}`)).toBe('accepted');
});

/** As long as a token may be, to the character. */
function longestToken(sign: (payload: Uint8Array) => string): string {
  const lengths = Array.from({ length: 1000 }, (_, index) => 11_500 + index);
  const found = lengths
    .map((length) => sign(Buffer.alloc(length, 'x')))
    .find(({ length }) => length === 16_384);
  if (found === undefined) throw new Error('no payload gives this length');
  return found;
}

/**
 * Its signature in units of two bytes, whose low bytes are those of the token; then half of the units are as many bytes
 * of UTF-8 as there is room for, and an encoder stops before the last two.
 */
function inWideUnits(token: string): string {
  const start = token.lastIndexOf('.') + 1;
  const last = token.length - 6;
  const units = Array.from(token, (character) => character.charCodeAt(0));
  for (let at = start; at < start + 6; at++) units[at] = (units[at] ?? 0) + 0x100;
  units[last] = (units[last] ?? 0) + 0xd800;
  units[last + 1] = (units[last + 1] ?? 0) + 0xdc00;
  return units.map((unit) => String.fromCharCode(unit)).join('');
}

describe('characters of more than a byte whose low bytes are those of a good token', () => {
  it.each(['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'] as const)(
    'J16: are refused with %s, also where the room for a token ends among them',
    async (algorithm) => {
      const { privateKey, publicKey } =
        algorithm === 'HS256' ? { privateKey: secretKey, publicKey: secretKey } : keyPairFor(algorithm);
      const signer = createJwsSigner({ key: privateKey });
      const emptyLength = signer.sign(Buffer.from('')).length;
      const token = longestToken((payload) =>
        emptyLength + Math.ceil((payload.length * 4) / 3) === 16_384 ? signer.sign(payload) : '',
      );
      const verifier = jwsVerifierOf([publicKey]);
      const wide = inWideUnits(token);
      expect(wide).toHaveLength(16_384);
      expect(await judge(verifier, token)).toBe('accepted');
      expect(await judge(verifier, wide)).toBe('malformed_token');
      const atOnce = await Promise.allSettled(Array.from({ length: 12 }, () => verifier.verifyAsync(wide)));
      expect(atOnce.map(({ status }) => status)).toEqual(Array(12).fill('rejected'));
    },
  );
});
