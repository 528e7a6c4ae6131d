import { TokenError, UnavailableError } from 'countersign';
import type { AsapAuthenticatorOptions, AsapCaller, AsapMode, AsapOutcome } from 'countersign/asap';
import { createAsapAuthenticator, createMemoryReplayStore } from 'countersign/asap';
import { describe, expect, it } from 'vitest';
import { NOW } from '../../support/tokens.js';
import { usageProblem } from '../../support/usage.js';
import { recordingLogger } from './support/recording-logger.js';
import { AUDIENCE, ISSUER, KEY_ID, keyPairWithId, tokenWith } from './support/services.js';

const MODES: readonly AsapMode[] = ['required', 'optional', 'unsafePermissive'];

function setUp(options: Partial<AsapAuthenticatorOptions> = {}) {
  const { lines, logger } = recordingLogger();
  const authenticator = createAsapAuthenticator({
    keys: keyPairWithId(KEY_ID).publicKey,
    audience: AUDIENCE,
    issuers: ISSUER,
    clock: () => NOW,
    logger,
    ...options,
  });
  return { authenticator, lines, send: (token: string) => authenticator.authenticate(`Bearer ${token}`) };
}

/** A key source that fails. */
const failingKeys = (error: unknown) => ({ peek: () => undefined, resolve: () => Promise.reject(error) });
const outage = new UnavailableError('key_source_unavailable', 'nobody answers', { retryAfterSeconds: 7.2 });

function callerOf(outcome: AsapOutcome): AsapCaller {
  if (outcome.outcome !== 'caller') throw new Error(`no caller but ${JSON.stringify(outcome)}`);
  return outcome.caller;
}

/** Each fault of a token, with the code, the status and the body of the answer. */
const FAULTS: readonly (readonly [string, 401 | 403, string, string])[] = [
  ['key_not_found', 401, 'Unauthorized: Key not found', tokenWith({}, { kid: 'caller/other' })],
  [
    'issuer_not_allowed',
    403,
    'Forbidden: Invalid token issuer',
    tokenWith({ iss: 'o', sub: 'o' }, { kid: 'o/k' }),
  ],
  ['token_expired', 401, 'Unauthorized: Invalid token', tokenWith({ iat: NOW - 60, exp: NOW })],
  ['audience_mismatch', 401, 'Unauthorized: Invalid token', tokenWith({ aud: 'other' })],
  ['malformed_token', 401, 'Unauthorized: Invalid token', 'garbage'],
  ['malformed_token', 401, 'Unauthorized: Invalid token', ''],
  ['bad_signature', 401, 'Unauthorized: Invalid token', `${tokenWith().slice(0, -6)}AAAAAA`],
  ['subject_mismatch', 401, 'Unauthorized: Subject and Issuer do not match', tokenWith({ sub: 'different' })],
];

/** What the original answers with 500 to. */
const FORMERLY_500: readonly (readonly [string, string])[] = [
  ['key_id_invalid', tokenWith({}, { kid: '../aha' })],
  ['key_id_invalid', tokenWith({}, { kid: undefined })],
  ['issuer_does_not_own_key', tokenWith({ iss: 'call', sub: 'call' })],
  ['claim_missing', tokenWith({ jti: undefined })],
  ['claim_missing', tokenWith({ iss: undefined })],
  ['claim_missing', tokenWith({ aud: undefined })],
  ['lifetime_too_long', tokenWith({ exp: NOW + 3601 })],
];

const keys = [keyPairWithId(KEY_ID).publicKey, keyPairWithId('o/k').publicKey];

describe('an authenticator', () => {
  it('ASAP-34: gives the caller and its claims for a good token', async () => {
    const { send } = setUp();
    const outcome = await send(tokenWith({ extra: 'x' }));
    expect(callerOf(outcome)).toMatchObject({ kind: 'service', issuer: ISSUER, claims: { extra: 'x' } });
    expect(Object.isFrozen(outcome)).toBe(true);
  });

  it('ASAP-30: takes the header as text or as bytes', async () => {
    const { authenticator } = setUp();
    expect((await authenticator.authenticate(Buffer.from(`bearer ${tokenWith()}`))).outcome).toBe('caller');
  });

  it.each([undefined, null, '', 'Basic YTpi', 'Bearer', 'Bearer a b'])(
    'ASAP-31, ASAP-32: the header %j is no token: 401 and a challenge without an error',
    async (header) => {
      const { authenticator } = setUp();
      expect(await authenticator.authenticate(header)).toEqual({
        outcome: 'refused',
        code: 'token_missing',
        status: 401,
        body: 'Unauthorized',
        headers: expect.objectContaining({ 'www-authenticate': 'Bearer', 'cache-control': 'no-store' }),
      });
    },
  );

  it.each(FAULTS)('ASAP-31: %s is answered with %j %j', async (code, status, body, token) => {
    const { send } = setUp({ keys });
    expect(await send(token)).toMatchObject({ outcome: 'refused', code, status, body });
  });

  it('ASAP-31: a token that comes twice is answered with 401', async () => {
    const { send } = setUp({ replay: createMemoryReplayStore({ clock: () => NOW }) });
    expect((await send(tokenWith())).outcome).toBe('caller');
    expect(await send(tokenWith())).toMatchObject({
      code: 'token_replayed',
      status: 401,
      body: 'Unauthorized: Invalid token - duplicate jti',
    });
  });

  it('ASAP-32: every 401 has a challenge that tells a bad token from none; a 403 has no challenge', async () => {
    const { send } = setUp({ keys });
    for (const [, status, , token] of FAULTS) {
      const answer = await send(token);
      const challenge =
        answer.outcome === 'refused' ? answer.headers['www-authenticate'] : 'none was refused';
      if (status === 403) expect(challenge).toBeUndefined();
      else expect(challenge).toMatch(/^Bearer error="invalid_token", error_description="[A-Za-z ',.]+"$/);
    }
  });

  it.each(FORMERLY_500)('ASAP-37: %s is 401, not 500', async (code, token) => {
    const { send } = setUp({ issuers: null });
    expect(await send(token)).toMatchObject({ code, status: 401, body: 'Unauthorized: Invalid token' });
  });

  it.each(MODES)('ASAP-37: an outage is 503 with Retry-After, in the mode %j', async (mode) => {
    const { send } = setUp({ keys: failingKeys(outage), mode });
    expect(await send(tokenWith())).toEqual({
      outcome: 'refused',
      code: 'key_source_unavailable',
      status: 503,
      body: 'Service Unavailable',
      headers: expect.objectContaining({ 'retry-after': '8' }),
    });
  });

  it.each([new TypeError('x is not a function'), 'a string', undefined])(
    'ASAP-37: what a key source throws besides is 503, and nobody gets in (%#)',
    async (error) => {
      for (const mode of MODES) {
        expect(await setUp({ keys: failingKeys(error), mode }).send(tokenWith())).toMatchObject({
          outcome: 'refused',
          code: 'unexpected_error',
          status: 503,
          headers: { 'retry-after': '10' },
        });
      }
    },
  );

  it('ASAP-37: a full replay store is 503', async () => {
    const { send } = setUp({ replay: { insertOnce: () => 'full' } });
    expect(await send(tokenWith())).toMatchObject({ code: 'replay_store_full', status: 503 });
  });

  it('answers nothing that the token says', async () => {
    const { send } = setUp({ keys, issuers: 'somebody' });
    for (const [, , , token] of FAULTS) {
      const text = JSON.stringify(await send(token));
      for (const part of ['callee', 'different', KEY_ID, 'an-id']) expect(text).not.toContain(part);
    }
  });
});

describe('modes', () => {
  it('ASAP-33: optional lets in who has no token, and refuses who has a bad one', async () => {
    const { authenticator, send } = setUp({ keys, mode: 'optional' });
    expect(await authenticator.authenticate(undefined)).toEqual({ outcome: 'anonymous' });
    for (const [code, status, body, token] of FAULTS) {
      expect(await send(token)).toMatchObject({ outcome: 'refused', code, status, body });
    }
    expect((await send(tokenWith())).outcome).toBe('caller');
  });

  it('ASAP-33: unsafePermissive takes a bad token for none', async () => {
    const { authenticator, send } = setUp({ keys, mode: 'unsafePermissive' });
    expect(await authenticator.authenticate(undefined)).toEqual({ outcome: 'anonymous' });
    for (const [, , , token] of FAULTS) expect(await send(token)).toEqual({ outcome: 'anonymous' });
    expect((await send(tokenWith())).outcome).toBe('caller');
  });

  it('ASAP-34: nobody gets claims without a token that passed everything', async () => {
    for (const mode of MODES) {
      const { send } = setUp({ keys, mode });
      for (const [, , , token] of FAULTS) expect(await send(token)).not.toHaveProperty('caller');
    }
  });
});

describe('settings and routes', () => {
  it('ASAP-29: a token is required of every issuer, by default; nothing else is', () => {
    const { authenticator } = setUp({ audience: null, issuers: null });
    expect(authenticator.settings).toEqual({
      mode: 'required',
      audience: null,
      issuers: null,
      subjectMustMatchIssuer: true,
      toleranceSeconds: 0,
      checksReplay: false,
    });
  });

  it('ASAP-29: lists are sets, and settings stay as they were', async () => {
    const issuers = ['b', ISSUER, 'b'];
    const { authenticator, send } = setUp({ issuers });
    issuers.length = 0;
    const { settings } = authenticator;
    expect(settings.issuers).toEqual(['b', ISSUER]);
    expect(settings.audience).toEqual([AUDIENCE]);
    expect([settings, settings.issuers, settings.audience, authenticator].every(Object.isFrozen)).toBe(true);
    expect((await send(tokenWith())).outcome).toBe('caller');
  });

  it('ASAP-35: a route may ask for other issuers, another mode, another rule for subjects', async () => {
    const { authenticator } = setUp();
    const header = `Bearer ${tokenWith()}`;
    const elsewhere = authenticator.forRoute({ issuers: ['another-client'] });
    expect(await elsewhere.authenticate(header)).toMatchObject({ status: 403, code: 'issuer_not_allowed' });
    const open = authenticator.forRoute({ mode: 'optional' });
    expect(await open.authenticate(undefined)).toEqual({ outcome: 'anonymous' });
    const anySubject = authenticator.forRoute({ subjectMustMatchIssuer: false });
    const spokenFor = `Bearer ${tokenWith({ sub: 'different' })}`;
    expect(callerOf(await anySubject.authenticate(spokenFor)).subject).toBe('different');
    expect(await authenticator.authenticate(spokenFor)).toMatchObject({ code: 'subject_mismatch' });
    const everyone = authenticator.forRoute({ issuers: null });
    expect(everyone.settings.issuers).toBeNull();
  });

  it('ASAP-35: a route of a route keeps what it does not change', () => {
    const { authenticator } = setUp();
    const route = authenticator.forRoute({ mode: 'optional' }).forRoute({ issuers: ['b'] });
    expect(route.settings).toMatchObject({ mode: 'optional', issuers: ['b'], audience: [AUDIENCE] });
    expect(authenticator.settings).toMatchObject({ mode: 'required', issuers: [ISSUER] });
  });

  it('ASAP-35: a caller who was let in earlier can be judged for a route', async () => {
    const { authenticator, send } = setUp({ subjectMustMatchIssuer: false });
    const caller = callerOf(await send(tokenWith({ sub: 'different' })));
    expect(authenticator.authorize(caller)).toEqual({ outcome: 'caller', caller });
    expect(authenticator.authorize(undefined)).toMatchObject({ status: 401, body: 'Unauthorized' });
    const elsewhere = authenticator.forRoute({ issuers: ['another-client'] });
    expect(elsewhere.authorize(caller)).toMatchObject({
      status: 403,
      body: 'Forbidden: Invalid token issuer',
    });
    const strict = authenticator.forRoute({ subjectMustMatchIssuer: true });
    expect(strict.authorize(caller)).toMatchObject({ status: 401, code: 'subject_mismatch' });
    const open = authenticator.forRoute({ mode: 'optional' });
    expect(open.authorize(undefined)).toEqual({ outcome: 'anonymous' });
  });

  it('ASAP-36: equal settings give the same authenticator, in whatever order they are named', () => {
    const { authenticator } = setUp();
    const route = authenticator.forRoute({ issuers: ['b', 'a'] });
    expect(authenticator.forRoute({ issuers: ['a', 'b', 'a'] })).toBe(route);
    expect(authenticator.forRoute({})).toBe(authenticator);
    expect(authenticator.forRoute({ issuers: ['a', 'b'], mode: 'optional' })).not.toBe(route);
  });

  it('ASAP-36: however many routes there are, each knows what the others have seen', async () => {
    const { authenticator, send } = setUp({ replay: createMemoryReplayStore({ clock: () => NOW }) });
    expect((await send(tokenWith())).outcome).toBe('caller');
    for (let index = 0; index < 50; index++) {
      const route = authenticator.forRoute({ issuers: [ISSUER, `other-${index}`] });
      expect(await route.authenticate(`Bearer ${tokenWith()}`)).toMatchObject({ code: 'token_replayed' });
    }
    expect(await send(tokenWith())).toMatchObject({ code: 'token_replayed' });
  });

  it('refuses settings that are wrong', () => {
    expect(usageProblem(() => setUp({ mode: 'permissive' as never }))).toMatch(/mode must be "required"/);
    expect(usageProblem(() => setUp({ logger: { info: 1 } as never }))).toMatch(/logger must be/);
    expect(usageProblem(() => setUp({ required: true } as never))).toMatch(/unknown option "required"/);
    const { authenticator } = setUp();
    expect(usageProblem(() => authenticator.forRoute({ issuers: [] }))).toMatch(/issuers must be/);
    expect(usageProblem(() => authenticator.forRoute({ audience: 'x' } as never))).toMatch(/unknown option/);
  });
});

describe('what is logged', () => {
  it('ASAP-38: a missing token at info, a refusal at warn, what is no fault of the caller at error', async () => {
    const { authenticator, lines, send } = setUp();
    await authenticator.authenticate(undefined);
    await send(tokenWith({ aud: 'other' }));
    expect(lines).toEqual([
      { level: 'info', event: 'asap.no_token', fields: {} },
      {
        level: 'warn',
        event: 'asap.token_refused',
        fields: { reason: 'audience_mismatch', problem: 'aud has none of the accepted audiences' },
      },
    ]);
    for (const [error, event] of [
      [outage, 'asap.unavailable'],
      [new RangeError('secret'), 'asap.unexpected_error'],
    ] as const) {
      const failing = setUp({ keys: failingKeys(error) });
      await failing.send(tokenWith());
      expect(failing.lines).toEqual([{ level: 'error', event, fields: expect.anything() }]);
      expect(JSON.stringify(failing.lines)).not.toContain('secret');
    }
  });

  it('ASAP-38: nothing of a token, and nothing for one that is good', async () => {
    const { lines, send } = setUp({ keys });
    await send(tokenWith());
    expect(lines).toEqual([]);
    for (const [, , , token] of FAULTS) {
      await send(token);
      for (const segment of token.split('.').filter((part) => part.length > 20)) {
        expect(JSON.stringify(lines)).not.toContain(segment);
      }
    }
  });
});

describe('errors', () => {
  it('ASAP-28: every kind can be told by its class and code, with its status', () => {
    const codes = ['key_id_invalid', 'key_not_found', 'token_replayed', 'subject_mismatch'] as const;
    for (const code of codes) {
      expect(new TokenError(code, 'why')).toMatchObject({
        name: 'TokenError',
        code,
        status: 401,
        retry: false,
      });
    }
    expect(new TokenError('issuer_not_allowed', 'why')).toMatchObject({ status: 403, oauthError: null });
  });

  it('ASAP-28: what lies behind an outage can be reached', () => {
    const cause = new Error('ECONNREFUSED');
    for (const code of [
      'key_source_unavailable',
      'private_key_unavailable',
      'replay_store_unavailable',
    ] as const) {
      const error = new UnavailableError(code, 'why', { retryAfterSeconds: 1, cause });
      expect(error).toMatchObject({ name: 'UnavailableError', code, status: 503, retry: true, cause });
    }
  });
});
