import { describe, expect, it } from 'vitest';
import type { Judgement } from '../support/judgement.js';
import { judge } from '../support/judgement.js';
import type { RawClaims } from '../support/tokens.js';
import { tokenWith } from '../support/tokens.js';
import { verifierWith } from '../support/verifiers.js';

type Case = readonly [RawClaims, Judgement];

const AUDIENCE = 'https://api.example/v1';
const ISSUER = 'abcd';

describe('aud', () => {
  it.each<Case>([
    [{}, 'claim_missing'],
    [{ aud: 'null' }, 'claim_invalid'],
    [{ aud: '""' }, 'audience_mismatch'],
    [{ aud: '[]' }, 'audience_mismatch'],
    [{ aud: 1 }, 'claim_invalid'],
    [{ aud: 'true' }, 'claim_invalid'],
    [{ aud: `{"0":"${AUDIENCE}"}` }, 'claim_invalid'],
    [{ aud: `{"0":"${AUDIENCE}","length":1}` }, 'claim_invalid'],
    [{ aud: `[["${AUDIENCE}"]]` }, 'claim_invalid'],
    [{ aud: `["${AUDIENCE}",1]` }, 'claim_invalid'],
    [{ aud: `["${AUDIENCE}",null]` }, 'claim_invalid'],
    [{ aud: `"${AUDIENCE}2"` }, 'audience_mismatch'],
    [{ aud: `"${AUDIENCE.slice(0, -1)}"` }, 'audience_mismatch'],
    [{ aud: `"x${AUDIENCE}"` }, 'audience_mismatch'],
    [{ aud: `"${AUDIENCE.toUpperCase()}"` }, 'audience_mismatch'],
    [{ aud: `"${AUDIENCE}/"` }, 'audience_mismatch'],
    [{ aud: `" ${AUDIENCE}"` }, 'audience_mismatch'],
    [{ aud: `"${AUDIENCE},y"` }, 'audience_mismatch'],
    [{ aud: `["y","z"]` }, 'audience_mismatch'],
  ])('C9: $0 is refused where an audience is expected: $1', async (claims, expected) => {
    expect(await judge(verifierWith({ audience: AUDIENCE }), tokenWith(claims))).toBe(expected);
  });

  it.each([`"${AUDIENCE}"`, `["${AUDIENCE}"]`, `["y","${AUDIENCE}"]`])(
    'C9: aud %s is accepted where that audience is expected',
    async (aud) => {
      expect(await judge(verifierWith({ audience: AUDIENCE }), tokenWith({ aud }))).toBe('accepted');
    },
  );

  it('C9: one of several expected audiences is enough', async () => {
    const verifier = verifierWith({ audience: ['x', 'y'] });
    expect(await judge(verifier, tokenWith({ aud: '"y"' }))).toBe('accepted');
    expect(await judge(verifier, tokenWith({ aud: '["z","x"]' }))).toBe('accepted');
    expect(await judge(verifier, tokenWith({ aud: '"z"' }))).toBe('audience_mismatch');
    expect(await judge(verifier, tokenWith({ aud: '"x,y"' }))).toBe('audience_mismatch');
  });

  it('C9: where no audience is expected, aud must still have its form', async () => {
    const verifier = verifierWith({ audience: null });
    expect(await judge(verifier, tokenWith({}))).toBe('accepted');
    expect(await judge(verifier, tokenWith({ aud: '"anyone"' }))).toBe('accepted');
    expect(await judge(verifier, tokenWith({ aud: '["anyone",1]' }))).toBe('claim_invalid');
  });

  it('C9: changing the list of expected audiences later changes nothing', async () => {
    const audience = ['x'];
    const verifier = verifierWith({ audience });
    audience.push('y');
    expect(await judge(verifier, tokenWith({ aud: '"y"' }))).toBe('audience_mismatch');
  });
});

describe('iss', () => {
  it.each<Case>([
    [{}, 'claim_missing'],
    [{ iss: 'null' }, 'claim_invalid'],
    [{ iss: `["${ISSUER}"]` }, 'claim_invalid'],
    [{ iss: 1 }, 'claim_invalid'],
    [{ iss: '{}' }, 'claim_invalid'],
    [{ iss: '""' }, 'issuer_mismatch'],
    [{ iss: `"${ISSUER}/"` }, 'issuer_mismatch'],
    [{ iss: '"abc"' }, 'issuer_mismatch'],
    [{ iss: '"abcde"' }, 'issuer_mismatch'],
    [{ iss: '"bcd"' }, 'issuer_mismatch'],
    [{ iss: '"ABCD"' }, 'issuer_mismatch'],
    [{ iss: `"${ISSUER}\\u0000"` }, 'issuer_mismatch'],
    [{ iss: `"${ISSUER}"` }, 'accepted'],
    [{ iss: '"\\u0061bcd"' }, 'accepted'],
  ])('C11: $0 is judged where an issuer is expected: $1', async (claims, expected) => {
    expect(await judge(verifierWith({ issuer: ISSUER }), tokenWith(claims))).toBe(expected);
  });

  it('C11: the issuer must be one of several expected ones, whole', async () => {
    const verifier = verifierWith({ issuer: ['one', 'two'] });
    expect(await judge(verifier, tokenWith({ iss: '"two"' }))).toBe('accepted');
    expect(await judge(verifier, tokenWith({ iss: '"onetwo"' }))).toBe('issuer_mismatch');
    expect(await judge(verifier, tokenWith({ iss: '["one","two"]' }))).toBe('claim_invalid');
  });

  it('C11: where no issuer is expected, iss must still be a string', async () => {
    const verifier = verifierWith({ issuer: null });
    expect(await judge(verifier, tokenWith({}))).toBe('accepted');
    expect(await judge(verifier, tokenWith({ iss: '"anyone"' }))).toBe('accepted');
    expect(await judge(verifier, tokenWith({ iss: '["anyone"]' }))).toBe('claim_invalid');
  });
});

describe('sub and required claims', () => {
  it.each(['1', 'null', 'true', '["s"]', '{"s":1}'])('C13: sub %s is refused', async (sub) => {
    expect(await judge(verifierWith(), tokenWith({ sub }))).toBe('claim_invalid');
  });

  it('C13: sub may be any string, or missing where nobody needs it', async () => {
    expect(await judge(verifierWith(), tokenWith({ sub: '"s"' }))).toBe('accepted');
    expect(await judge(verifierWith(), tokenWith({ sub: undefined }))).toBe('accepted');
  });

  it('C13: a claim that is required must be there and not be null', async () => {
    const verifier = verifierWith({ requiredClaims: ['sub', 'jti'] });
    expect(await judge(verifier, tokenWith({ sub: '"s"', jti: '"j"' }))).toBe('accepted');
    expect(await judge(verifier, tokenWith({ sub: '"s"' }))).toBe('claim_missing');
    expect(await judge(verifier, tokenWith({ jti: '"j"' }))).toBe('claim_missing');
    expect(await judge(verifier, tokenWith({ sub: '"s"', jti: 'null' }))).toBe('claim_missing');
    expect(await judge(verifier, tokenWith({ sub: 'null', jti: '"j"' }))).toBe('claim_invalid');
  });
});
