import type { AlgorithmName } from 'countersign';
import { createJwtSigner, TokenError } from 'countersign';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileText } from '../support/hostile-text.js';
import { judge, judgeNow } from '../support/judgement.js';
import { keyPairFor, secretKey } from '../support/keys.js';
import { claimsText, NOW, signSegments, tokenOf } from '../support/tokens.js';
import { verifierWith } from '../support/verifiers.js';

const verifier = verifierWith();
const good = tokenOf({ payload: claimsText({ sub: '"somebody"', n: 1 }) });

describe('a token that was changed', () => {
  it.each<AlgorithmName>(['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'])(
    'J31: fails under %s whichever single bit it is that changed',
    (algorithm) => {
      const pair = algorithm === 'HS256' ? undefined : keyPairFor(algorithm);
      const key = pair?.privateKey ?? secretKey;
      const token = createJwtSigner({ key, lifetimeSeconds: 60, clock: () => NOW }).sign({ sub: 's' });
      const { verify } = verifierWith({ keys: pair?.publicKey ?? secretKey });
      verify(token);
      for (let at = 0; at < token.length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const changed = String.fromCharCode(token.charCodeAt(at) ^ (1 << bit));
          const forged = token.slice(0, at) + changed + token.slice(at + 1);
          expect(() => verify(forged), `bit ${bit} of ${at}`).toThrow(TokenError);
        }
      }
    },
  );

  it('J31: fails whatever is put in, taken out or put elsewhere', async () => {
    const place = fc.nat({ max: good.length });
    await fc.assert(
      fc.asyncProperty(place, place, hostileText, async (from, to, inserted) => {
        const [start, end] = from < to ? [from, to] : [to, from];
        for (const changed of [
          good.slice(0, start) + good.slice(end),
          good.slice(0, start) + inserted + good.slice(end),
          good.slice(0, start) + inserted + good.slice(start),
          good.slice(end) + good.slice(start, end) + good.slice(0, start),
        ]) {
          if (changed !== good) expect(await judge(verifier, changed)).not.toBe('accepted');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('J31: fails with the signature, the payload or the header of another one', async () => {
    const signer = createJwtSigner({ key: secretKey, lifetimeSeconds: 60, clock: () => NOW });
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (one, other) => {
        fc.pre(one !== other);
        const first = signer.sign({ sub: one }).split('.');
        const second = signer.sign({ sub: other }).split('.');
        expect(await judge(verifier, [first[0], first[1], second[2]].join('.'))).toBe('bad_signature');
        expect(await judge(verifier, [second[0], second[1], first[2]].join('.'))).toBe('bad_signature');
      }),
    );
  });
});

describe('two texts of one token', () => {
  /** Other texts that a lenient decoder takes for the same bytes. */
  const disguises: readonly ((segment: string) => string)[] = [
    (segment) => segment.padEnd(Math.ceil(segment.length / 4) * 4, '='),
    (segment) => `${segment}=`,
    (segment) => `${segment}==`,
    (segment) => `${segment}\n`,
    (segment) => ` ${segment}`,
    (segment) => `${segment.slice(0, 5)}\r\n${segment.slice(5)}`,
    (segment) => `${segment.slice(0, 3)}!${segment.slice(3)}`,
    (segment) => `${segment}\u0000`,
    (segment) => segment.replaceAll('-', '+').replaceAll('_', '/'),
    (segment) => segment.replace('A', '\u0141'),
    ...[1, 2, 3].map((step) => (segment: string) => withSpareBits(segment, step)),
  ];

  it('J15, J16: are never both accepted, whether the signature covers the text or not', async () => {
    const disguise = fc.constantFrom(...disguises);
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.nat({ max: 2 }), disguise, async (sub, at, apply) => {
        const token = tokenOf({ payload: claimsText({ sub: JSON.stringify(sub) }) });
        expect(judgeNow(verifier, token)).toBe('accepted');
        const segments = token.split('.');
        segments[at] = apply(segments[at] ?? '');
        const disguised = segments.join('.');
        if (disguised === token) return;
        expect(await judge(verifier, disguised)).not.toBe('accepted');
        if (at === 2) return;
        const covered = signSegments(segments[0] ?? '', segments[1] ?? '');
        expect(await judge(verifier, covered)).toBe('malformed_token');
      }),
      { numRuns: 500 },
    );
  });

  it('J15: that differ in spare bits of the signature are never both accepted', async () => {
    for (const algorithm of ['ES256', 'RS256', 'EdDSA', 'ES512'] as const) {
      const { privateKey, publicKey } = keyPairFor(algorithm);
      const signer = createJwtSigner({ key: privateKey, lifetimeSeconds: 60, clock: () => NOW });
      const token = signer.sign({});
      const strict = verifierWith({ keys: publicKey });
      expect(await judge(strict, token)).toBe('accepted');
      for (const step of [1, 2, 3]) {
        const disguised = withSpareBits(token, step);
        if (disguised === token) continue;
        expect(Buffer.from(disguised.split('.')[2] ?? '', 'base64url')).toEqual(
          Buffer.from(token.split('.')[2] ?? '', 'base64url'),
        );
        expect(await judge(strict, disguised)).toBe('bad_signature');
      }
    }
  });
});

/** Changes the last character in the bits that stand for nothing, if it has such bits. */
function withSpareBits(encodedText: string, step: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const segment = encodedText.slice(encodedText.lastIndexOf('.') + 1);
  const spare = { 2: 0x0f, 3: 0x03 }[segment.length % 4] ?? 0;
  const bits = alphabet.indexOf(segment.at(-1) ?? '') ^ (step & spare);
  return encodedText.slice(0, -1) + (alphabet[bits] ?? '');
}
