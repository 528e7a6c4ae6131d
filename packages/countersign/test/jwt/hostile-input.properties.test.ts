import { decodeUnverifiedJwt, TokenError } from 'countersign';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileText } from '../support/hostile-text.js';
import { judge } from '../support/judgement.js';
import { claimsText, NOW, signSegments, toBase64url, tokenOf } from '../support/tokens.js';
import { verifierWith } from '../support/verifiers.js';

const verifier = verifierWith();
const good = tokenOf({});

const encoded = fc.oneof(hostileText.map(toBase64url), fc.base64String(), hostileText);
const jsonMember = fc.oneof(
  fc.constantFrom('alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'jku', 'exp', 'nbf', 'iat', 'iss', 'aud', 'sub'),
  fc.string(),
);
const jsonObject = fc.dictionary(
  jsonMember,
  fc.oneof(fc.constantFrom<unknown>('HS256', 'none', 'ES256', NOW, NOW + 60, 1e300), fc.jsonValue()),
);

describe('anything at all', () => {
  it('J31: is refused with a code, be it text', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (token) => {
        expect(await judge(verifier, token)).not.toBe('accepted');
        expectTokenError(() => decodeUnverifiedJwt(token));
      }),
      { numRuns: 1000 },
    );
  });

  it('J31: is refused with a code, be it no text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (value) => {
        fc.pre(typeof value !== 'string');
        expect(await judge(verifier, value as string)).toBe('malformed_token');
        expectTokenError(() => decodeUnverifiedJwt(value as string));
      }),
      { numRuns: 300 },
    );
  });

  it('J31: is refused with a code, be it a good token in some wrapping', async () => {
    for (const wrapped of [[good], new String(good), { toString: () => good }, Buffer.from(good)]) {
      expect(await judge(verifier, wrapped as string)).toBe('malformed_token');
      expectTokenError(() => decodeUnverifiedJwt(wrapped as string));
    }
  });

  it('J31: is refused with a code, be it three segments, or more, or fewer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(encoded, { maxLength: 6 }), async (segments) => {
        expect(await judge(verifier, segments.join('.'))).not.toBe('accepted');
      }),
      { numRuns: 500 },
    );
  });

  it('J31: is judged with a code where it is well signed, and passes only as what it has to be', async () => {
    const part = fc.oneof(
      encoded,
      jsonObject.map((object) => toBase64url(JSON.stringify(object))),
    );
    const fitting = fc.constant(toBase64url('{"alg":"HS256"}'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(part, fitting), part, async (header, payload) => {
        const token = signSegments(header, payload);
        if ((await judge(verifier, token)) !== 'accepted') return;
        const { unverifiedHeader, unverifiedClaims } = decodeUnverifiedJwt(token);
        expect(unverifiedHeader['alg']).toBe('HS256');
        expect(Object.keys(unverifiedHeader)).not.toContain('crit');
        expect(unverifiedClaims['exp']).toBeGreaterThan(NOW);
      }),
      { numRuns: 1000 },
    );
  });

  it('J20, J31: is judged with a code where it is a well signed payload with a flaw', async () => {
    const payload = claimsText({ sub: '"\\u00e9é"', list: '[1,{"a":null}]', flag: 'true', x: '-1.5e3' });
    const place = fc.nat({ max: payload.length });
    const flaw = fc.constantFrom(...'{}[]":,\\ue0-1.tnNI \n\u0000\u2028\ufeff\ud800', '"exp":1,', '/**/');
    await fc.assert(
      fc.asyncProperty(place, fc.nat({ max: 3 }), flaw, async (at, removed, inserted) => {
        const flawed = payload.slice(0, at) + inserted + payload.slice(at + removed);
        const token = tokenOf({ payload: flawed });
        if ((await judge(verifier, token)) !== 'accepted') return;
        const read: unknown = JSON.parse(Buffer.from(flawed).toString());
        expect(verifier.verify(token).claims).toEqual(read);
      }),
      { numRuns: 1000 },
    );
  });

  it('J19: is refused where a member occurs twice, at any depth and however it is spelt', async () => {
    const unitEscape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    const inEscapes = (name: string) => `"${name.split('').map(unitEscape).join('')}"`;
    const spelling = fc.constantFrom(JSON.stringify, inEscapes);
    const depth = fc.nat({ max: 5 });
    await fc.assert(
      fc.asyncProperty(fc.string(), spelling, jsonObject, depth, async (name, spell, between, levels) => {
        const others = Object.entries(between).map(
          ([other, value]) => `${spell(other)}:${JSON.stringify(value)}`,
        );
        const twice = `{${[`${JSON.stringify(name)}:1`, ...others, `${spell(name)}:1`].join(',')}}`;
        const nested = `${'[{"a":'.repeat(levels)}${twice}${'}]'.repeat(levels)}`;
        expect(await judge(verifier, tokenOf({ payload: claimsText({ nested }) }))).toBe('malformed_token');
        const header = `{"alg":"HS256",${twice.slice(1)}`;
        expect(await judge(verifier, tokenOf({ header }))).toBe('malformed_token');
      }),
    );
  });

  it('J20: is refused where its bytes are not UTF-8', async () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 6 }), async (bytes) => {
        const payload = Buffer.concat([Buffer.from(`{"exp":${NOW + 60},"sub":"`), bytes, Buffer.from('"}')]);
        let isUtf8 = true;
        try {
          strict.decode(payload);
        } catch {
          isUtf8 = false;
        }
        const judgement = await judge(verifier, tokenOf({ payload }));
        if (!isUtf8) expect(judgement).toBe('malformed_token');
      }),
      { numRuns: 500 },
    );
  });

  it('is refused without a word from it in the message', () => {
    const word = fc.string({ minLength: 12, maxLength: 40, unit: fc.constantFrom(...'qwxzQWXZ789') });
    const name = fc.constantFrom('alg', 'kid', 'typ', 'crit', 'exp', 'nbf', 'iat', 'iss', 'aud', 'sub');
    const strict = verifierWith({ issuer: 'i', audience: 'a', type: 'JWT' });
    fc.assert(
      fc.property(word, name, fc.boolean(), (secret, member, isInHeader) => {
        const wrong = { [member]: secret };
        const header = JSON.stringify({ alg: 'HS256', typ: 'JWT', ...(isInHeader ? wrong : {}) });
        const payload = JSON.stringify({ exp: NOW + 60, iss: 'j', ...(isInHeader ? {} : wrong) });
        for (const token of [tokenOf({ header, payload }), `${secret}.${secret}.${secret}`, secret]) {
          const error = expectTokenError(() => strict.verify(token));
          const told = `${error?.stack} ${JSON.stringify(error)} ${String(error?.cause)}`;
          for (const part of [secret, ...token.split('.')]) expect(told).not.toContain(part);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** The error where it throws one, which must be a TokenError. */
function expectTokenError(action: () => unknown): TokenError | undefined {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(TokenError);
    return error as TokenError;
  }
  return undefined;
}
