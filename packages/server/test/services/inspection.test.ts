import {
  createJwsSigner,
  createStaticKeys,
  exportPrivatePem,
  generateKeyPair,
  importPrivateKey,
  type KeySource,
  TokenError,
  UnavailableError,
} from 'countersign';
import { createAsapVerifier } from 'countersign/asap';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InspectionOptions, inspectToken } from '../../src/services/inspection/index.js';

const NOW = 1_800_000_000;
const { privateKey, publicKey } = generateKeyPair('ES256', { kid: 'billing/key' });
const pem = exportPrivatePem(privateKey);
const keys = createStaticKeys(publicKey);

const CLAIMS = {
  iss: 'billing',
  sub: 'billing',
  aud: 'orders',
  iat: NOW,
  nbf: NOW,
  exp: NOW + 60,
  jti: 'an-id',
};

interface Change {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly kid?: string;
}

/** A token that breaks the rules as told; undefined leaves a claim out. */
function tokenWith({ claims = {}, header = {}, kid = 'billing/key' }: Change = {}): string {
  const all = Object.entries({ ...CLAIMS, ...claims }).filter(([, value]) => value !== undefined);
  const key = importPrivateKey({ algorithm: 'ES256', kid, pem });
  const signer = createJwsSigner({ key, header: { typ: 'JWT', ...header } });
  return signer.sign(Buffer.from(JSON.stringify(Object.fromEntries(all))));
}

/** With another header, and so without a signature that holds. */
function withHeader(header: unknown): string {
  const [, payload = '', signature = ''] = tokenWith().split('.');
  return [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.');
}

function withoutSignature(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  return [header, payload, bytes.toString('base64url')].join('.');
}

const FOR_ORDERS = { audience: ['orders'], issuers: ['billing', 'shipping', 'x'], clock: () => NOW };

const inspect = (token: string, options: Partial<InspectionOptions> = {}) =>
  inspectToken(token, { keys, ...FOR_ORDERS, ...options });

/** What the verifier of the library says, in one word. */
async function verdictOf(token: string): Promise<string> {
  const verifier = createAsapVerifier({ keys, ...FOR_ORDERS });
  return verifier.verifyAsync(token).then(
    () => 'accepted',
    (error: unknown) => (error instanceof TokenError ? error.code : Promise.reject(error)),
  );
}

const MANY_DOTS = '.'.repeat(1000);

/** One broken rule each. */
const BROKEN: readonly (readonly [rule: string, what: string, token: string])[] = [
  ['form', 'two segments', 'a.b'],
  ['form', 'many segments', MANY_DOTS],
  ['form', 'too long', 'a'.repeat(20_000)],
  ['form', 'padding', tokenWith().replace('.', '=.')],
  ['extensions', 'crit', withHeader({ alg: 'ES256', kid: 'billing/key', crit: ['x'] })],
  ['extensions', 'b64', withHeader({ alg: 'ES256', kid: 'billing/key', b64: false })],
  ['algorithm', 'none', withHeader({ alg: 'none', kid: 'billing/key' })],
  ['algorithm', 'HMAC', withHeader({ alg: 'HS256', kid: 'billing/key' })],
  ['algorithm', 'no text', withHeader({ alg: 1, kid: 'billing/key' })],
  ['algorithm', 'missing', withHeader({ kid: 'billing/key' })],
  ['key id', 'missing', withHeader({ alg: 'ES256' })],
  ['key id', 'a path that climbs', tokenWith({ kid: 'billing/../key' })],
  ['key id', 'a trailing line feed', tokenWith({ kid: 'billing/key\n' })],
  ['key id', 'no text', withHeader({ alg: 'ES256', kid: 7 })],
  ['type', 'no text', withHeader({ alg: 'ES256', kid: 'billing/key', typ: {} })],
  ['key', 'unknown', tokenWith({ kid: 'billing/other' })],
  ['key', 'for another algorithm', withHeader({ alg: 'RS256', kid: 'billing/key' })],
  ['signature', 'changed', withoutSignature(tokenWith())],
  ['expiry', 'now', tokenWith({ claims: { exp: NOW } })],
  ['expiry', 'missing', tokenWith({ claims: { exp: undefined } })],
  ['expiry', 'a text', tokenWith({ claims: { exp: '9999999999' } })],
  ['not before', 'in the future', tokenWith({ claims: { nbf: NOW + 1 } })],
  ['not before', 'null', tokenWith({ claims: { nbf: null } })],
  ['issued at', 'in the future', tokenWith({ claims: { iat: NOW + 1 } })],
  ['issued at', 'missing', tokenWith({ claims: { iat: undefined } })],
  ['audience', 'another', tokenWith({ claims: { aud: 'payroll' } })],
  ['audience', 'missing', tokenWith({ claims: { aud: undefined } })],
  ['audience', 'null', tokenWith({ claims: { aud: null } })],
  ['audience', 'an empty list', tokenWith({ claims: { aud: [] } })],
  ['audience', 'an odd list', tokenWith({ claims: { aud: ['orders', 1] } })],
  ['audience', 'a list with nothing in it', tokenWith({ claims: { aud: ['orders', ''] } })],
  ['type', 'of access tokens', tokenWith({ header: { typ: 'at+jwt' } })],
  ['whole seconds', 'fractions', tokenWith({ claims: { iat: NOW - 0.5 } })],
  ['key ownership', 'of a name that begins alike', tokenWith({ claims: { iss: 'x', sub: 'x' } })],
  ['subject', 'another', tokenWith({ claims: { sub: 'job' } })],
  ['subject', 'no text', tokenWith({ claims: { sub: 1 } })],
  ['lifetime', 'an hour and a second', tokenWith({ claims: { exp: NOW + 3601 } })],
  ['token id', 'missing', tokenWith({ claims: { jti: undefined } })],
  ['token id', 'empty', tokenWith({ claims: { jti: '' } })],
  ['token id', 'no text', tokenWith({ claims: { jti: 5 } })],
];

describe('an inspection', () => {
  it.each(BROKEN)(
    'of %s, %s: says that this rule is broken, and what the verifier says',
    async (rule, _, token) => {
      const { verdict, code, rules } = await inspect(token);
      expect(rules.filter(({ outcome }) => outcome === 'fail').map((row) => row.rule)).toEqual([rule]);
      expect(verdict).toBe('refused');
      expect(code).toBe(await verdictOf(token));
      expect(rules.find((row) => row.rule === rule)).toMatchObject({ code, found: expect.any(String) });
    },
  );

  it.each(BROKEN.filter(([rule]) => rule !== 'key' && rule !== 'signature'))(
    'of %s, %s: needs no key to say so',
    async (rule, _, token) => {
      const { verdict, rules } = await inspect(token, { keys: undefined });
      expect(verdict).toBe('refused');
      expect(rules.filter(({ outcome }) => outcome === 'fail').map((row) => row.rule)).toEqual([rule]);
    },
  );

  it.each([
    ['the smallest', tokenWith()],
    ['at the edge of every time', tokenWith({ claims: { exp: NOW + 3600, jti: 'x'.repeat(1024) } })],
    ['without what may be missing', tokenWith({ claims: { nbf: undefined, sub: undefined } })],
    ['with an empty subject', tokenWith({ claims: { sub: '' } })],
    ['for several services', tokenWith({ claims: { aud: ['payroll', 'orders'] } })],
  ])('of a good token, %s: accepts it, and leaves only replay open', async (_, token) => {
    const { verdict, code, rules } = await inspect(token);
    expect(await verdictOf(token)).toBe('accepted');
    expect({ verdict, code }).toEqual({ verdict: 'accepted', code: null });
    expect(rules.filter(({ outcome }) => outcome !== 'pass').map(({ rule }) => rule)).toEqual(['replay']);
  });

  it('names every rule that is broken, not just the first', async () => {
    const { rules } = await inspect(
      tokenWith({ claims: { iat: NOW - 60, exp: NOW - 5, aud: 'payroll', jti: undefined } }),
    );
    const broken = rules.filter(({ outcome }) => outcome === 'fail');
    expect(broken.map(({ rule }) => rule)).toEqual(['expiry', 'audience', 'token id']);
    expect(broken[0]?.found).toMatch(/^exp was .*, 5 s ago$/);
  });

  it('leaves open what it was told nothing about', async () => {
    const { verdict, rules } = await inspect(tokenWith(), { audience: null, issuers: null });
    expect(verdict).toBe('undecided');
    expect(rules.find(({ rule }) => rule === 'audience')).toMatchObject({ outcome: 'unknown' });
    expect(rules.find(({ rule }) => rule === 'accepted issuer')).toMatchObject({ outcome: 'pass' });
  });

  it('leaves the signature open while keys cannot be had', async () => {
    const down: KeySource = {
      peek: () => undefined,
      resolve: () =>
        Promise.reject(
          new UnavailableError('key_source_unavailable', 'it is down', { retryAfterSeconds: 1 }),
        ),
    };
    const { verdict, rules } = await inspect(tokenWith(), { keys: down });
    expect(verdict).toBe('undecided');
    expect(rules.find(({ rule }) => rule === 'key')).toMatchObject({
      outcome: 'unknown',
      found: 'it is down',
    });
  });

  it('allows what a service may allow', async () => {
    const late = tokenWith({ claims: { iat: NOW - 60, exp: NOW - 10, sub: 'job' } });
    const options = { toleranceSeconds: 11, subjectMustMatchIssuer: false };
    expect((await inspect(late, options)).verdict).toBe('accepted');
    expect((await inspect(late, { ...options, toleranceSeconds: 10 })).code).toBe('token_expired');
  });

  it('refuses whatever header without falling over it', async () => {
    const member = fc.oneof(fc.constantFrom('ES256', 'billing/key', 'JWT'), fc.jsonValue({ maxDepth: 1 }));
    const header = fc.record({ alg: member, kid: member, typ: member, crit: member }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(header, async (given) => {
        const token = withHeader(given);
        const { verdict, code } = await inspect(token);
        expect({ verdict, code }).toEqual({ verdict: 'refused', code: await verdictOf(token) });
        expect((await inspect(token, { keys: undefined })).rules.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('never tells another verdict than the verifier, whatever the claims', async () => {
    const claim = fc.option(
      fc.oneof(
        fc.constantFrom('billing', 'orders', '', NOW, NOW - 1, NOW + 3601, 0.5),
        fc.jsonValue({ maxDepth: 1 }),
      ),
      { nil: undefined, freq: 4 },
    );
    const names = ['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'jti'] as const;
    const claims = fc.record(Object.fromEntries(names.map((name) => [name, claim])), { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(claims, async (given) => {
        const token = tokenWith({ claims: given });
        const { verdict, code, rules } = await inspect(token);
        const expected = await verdictOf(token);
        expect(code ?? verdict).toBe(expected);
        // The rules explain every refusal by themselves.
        expect(rules.some(({ rule }) => rule === 'verifier')).toBe(false);
        expect(rules.some(({ outcome }) => outcome === 'fail')).toBe(expected !== 'accepted');
      }),
      { numRuns: 500 },
    );
  });
});
