import { TokenError } from 'countersign';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeNow } from '../../support/judgement.js';
import { NOW } from '../../support/tokens.js';
import { AUDIENCE, ISSUER, KEY_ID, tokenWith, verifierWith } from './support/services.js';

const verifier = verifierWith();
const TOKEN = tokenWith();

/** What claims may be, good values among them. */
const anyValue = fc.oneof(
  fc.constantFrom(ISSUER, AUDIENCE, KEY_ID, NOW, NOW + 60, NOW + 3600, NOW + 3601, ''),
  fc.jsonValue({ maxDepth: 2 }),
);

describe('whatever comes', () => {
  it('J31: a token that was changed anywhere is refused, with one of the codes', () => {
    const change = fc.tuple(fc.nat({ max: TOKEN.length - 1 }), fc.constantFrom(...'aZ09-_.=%\0 é'));
    fc.assert(
      fc.property(change, ([at, character]) => {
        const changed = TOKEN.slice(0, at) + character + TOKEN.slice(at + 1);
        expect(judgeNow(verifier, changed) === 'accepted').toBe(changed === TOKEN);
      }),
      { numRuns: 500 },
    );
  });

  it('J31: any text is refused with one of the codes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(() => verifier.verify(text)).toThrow(TokenError);
      }),
      { numRuns: 300 },
    );
  });

  it('signed claims of any form are refused with one of the codes, unless they are as they have to be', () => {
    const names = fc.constantFrom('iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'jti', 'extra', '__proto__');
    fc.assert(
      fc.property(fc.dictionary(names, anyValue, { maxKeys: 3 }), (claims) => {
        const token = tokenWith(claims);
        if (judgeNow(verifier, token) !== 'accepted') return;
        const caller = verifier.verify(token);
        expect(caller).toMatchObject({ issuer: ISSUER, subject: ISSUER, keyId: KEY_ID });
        expect(caller.audience).toContain(AUDIENCE);
        expect(caller.expiresAt).toBeGreaterThan(NOW);
        expect(caller.expiresAt - caller.issuedAt).toBeLessThanOrEqual(3600);
        expect(caller.tokenId).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });
});
