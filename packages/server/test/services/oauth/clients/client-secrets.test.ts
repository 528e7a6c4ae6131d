/** Client authentication by a secret, and by nothing (RFC 6749 section 2.3; rows O17 and S18). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { basic, openTestClients, type TestClients } from '../../../support/client-calls.js';

const INVALID_CLIENT = { name: 'OauthError', code: 'invalid_client' };
const INVALID_REQUEST = { name: 'OauthError', code: 'invalid_request' };
const CHALLENGE = 'Basic realm="countersign", charset="UTF-8"';

let test: TestClients;
beforeAll(async () => {
  test = await openTestClients();
});
afterAll(() => test.close());
// So that what one test counts is over in the next.
beforeEach(() => test.clock.advance(3600));

const encoded = (text: string | Uint8Array) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('a client with a secret', () => {
  it.each(['client_secret_basic', 'client_secret_post'] as const)(
    'RFC 6749 2.3.1: of %s comes in by header and by form',
    async (authMethod) => {
      const { client, id, secret } = await test.create({ authMethod });
      const form = { client_id: id, client_secret: secret };
      expect(await test.authenticate({ authorization: basic(id, secret) })).toEqual(client);
      expect(await test.authenticate({ form })).toEqual(client);
      expect(await test.authenticate({ authorization: basic(id, secret), form: { client_id: id } })).toEqual(
        client,
      );
    },
  );

  it.each([
    ['scheme in lower case', (pair: string) => pair.replace('Basic', 'basic')],
    ['scheme in upper case', (pair: string) => pair.replace('Basic', 'BASIC')],
    ['several spaces', (pair: string) => pair.replace(' ', '   ')],
  ])('RFC 9110 11.1: comes in with the %s', async (_title, change) => {
    const { id, secret } = await test.create();
    expect((await test.authenticate({ authorization: change(basic(id, secret)) })).id).toBe(id);
  });

  it('O17 (RFC 6749 appendix B): comes in with both halves percent-encoded', async () => {
    const { id, secret } = await test.create();
    const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('');
    expect((await test.authenticate({ authorization: basic(percent(id), percent(secret)) })).id).toBe(id);
  });

  it('O17: two secrets are good during a rotation, and the old one until it ends, in every process at once', async () => {
    const other = await test.startProcess();
    const { id, secret: first } = await test.create();
    const comesIn = async (secret: string) => {
      const call = { authorization: basic(id, secret) };
      return other.authenticate(call).then(
        () => true,
        () => false,
      );
    };
    expect(await comesIn(first)).toBe(true);
    const { secret: second, overlapEndsAt } = await test.clients.rotateSecret(id, { overlapSeconds: 60 });
    expect(overlapEndsAt).toBe(test.clock() + 60);
    expect([await comesIn(first), await comesIn(second)]).toEqual([true, true]);
    test.clock.advance(59.5);
    expect(await comesIn(first)).toBe(true);
    test.clock.advance(0.5);
    expect([await comesIn(first), await comesIn(second)]).toEqual([false, true]);
    const { secret: third } = await test.clients.rotateSecret(id, { overlapSeconds: 0 });
    expect([await comesIn(second), await comesIn(third)]).toEqual([false, true]);
  });

  it('O15: is refused as soon as it is disabled or deleted, in every process', async () => {
    const other = await test.startProcess();
    const { id, secret } = await test.create();
    const call = { authorization: basic(id, secret) };
    await other.authenticate(call);
    await test.clients.update(id, { disabled: true });
    await expect(other.authenticate(call)).rejects.toMatchObject(INVALID_CLIENT);
    await test.clients.update(id, { disabled: false });
    await other.authenticate(call);
    await test.clients.delete(id);
    await expect(other.authenticate(call)).rejects.toMatchObject(INVALID_CLIENT);
  });

  it('O17: gets the same answer for a wrong secret, an unknown client and a disabled one', async () => {
    const { id, secret } = await test.create();
    const disabled = await test.create({ disabled: true });
    const errorOf = (call: Parameters<typeof test.authenticate>[0]) =>
      test
        .authenticate(call)
        .catch(({ code, message, status, headers }) => ({ code, message, status, headers }));
    const [wrong, ...others] = await Promise.all([
      errorOf({ authorization: basic(id, `${secret}x`) }),
      errorOf({ authorization: basic('client_unknown', secret) }),
      errorOf({ authorization: basic("' OR 1=1--", secret) }),
      errorOf({ authorization: basic(disabled.id, disabled.secret) }),
      errorOf({ authorization: basic(id, '') }),
    ]);
    expect(wrong).toEqual({
      code: 'invalid_client',
      status: 401,
      message: 'The client is unknown or could not be authenticated.',
      headers: { 'www-authenticate': CHALLENGE },
    });
    for (const other of others) expect(other).toEqual(wrong);
    const inForm = await errorOf({ form: { client_id: id, client_secret: 'wrong' } });
    expect(inForm).toEqual({ ...wrong, headers: {} });
  });

  it('RFC 6749 2.3: is not known by its id alone, nor by an assertion', async () => {
    const { id } = await test.create();
    await expect(test.authenticate({ form: { client_id: id } })).rejects.toMatchObject(INVALID_CLIENT);
  });

  it('with another one’s secret is refused', async () => {
    const [one, other] = [await test.create(), await test.create()];
    await expect(test.authenticate({ authorization: basic(one.id, other.secret) })).rejects.toMatchObject(
      INVALID_CLIENT,
    );
  });

  it('that is to have one from now on has none before one is made', async () => {
    const { id } = await test.create({ authMethod: 'none' });
    await test.clients.update(id, { authMethod: 'client_secret_basic' });
    await expect(test.authenticate({ authorization: basic(id, '') })).rejects.toMatchObject(INVALID_CLIENT);
    const { secret } = await test.clients.rotateSecret(id);
    expect((await test.authenticate({ authorization: basic(id, secret) })).id).toBe(id);
  });
});

describe('a request of a client', () => {
  it.each([
    ['no colon', encoded('client_x')],
    ['no client id', encoded(':secret')],
    ['nothing', 'Basic'],
    ['nothing but a space', 'Basic '],
    ['no padding', 'Basic YTpi'.replace('YTpi', 'YTpiYw')],
    ['stray bits in base64', 'Basic YTpiYx=='],
    ['the alphabet of URLs', `Basic ${Buffer.from('a:??>>').toString('base64url')}`],
    ['white space within', 'Basic YT pi'],
    ['two credentials', 'Basic YTpi, Basic YTpi'],
    ['bytes that are not UTF-8', encoded(new Uint8Array([0x61, 0x3a, 0xff]))],
    ['a byte order mark and UTF-16', encoded(new Uint8Array([0xff, 0xfe, 0x61, 0x00, 0x3a, 0x00]))],
    ['half a percent-encoding', encoded('a:%4')],
    ['percent-encoded bytes that are not UTF-8', encoded('a:%ff')],
  ])('O17 (RFC 6749 2.3.1): is malformed with a Basic header of %s', async (_title, authorization) => {
    await expect(test.authenticate({ authorization })).rejects.toMatchObject(INVALID_REQUEST);
  });

  it.each(['Bearer abc', 'DPoP abc', 'Digest x', 'Basicx YTpi', ''])(
    'RFC 6749 5.2: is refused with the header %j, and told the scheme there is',
    async (authorization) => {
      await expect(test.authenticate({ authorization })).rejects.toMatchObject({
        ...INVALID_CLIENT,
        headers: { 'www-authenticate': CHALLENGE },
      });
    },
  );

  it('RFC 6749 5.2: is refused without any credentials', async () => {
    await expect(test.authenticate({})).rejects.toMatchObject({ ...INVALID_CLIENT, headers: {} });
    await expect(test.authenticate({ form: { client_secret: 'x' } })).rejects.toMatchObject(INVALID_CLIENT);
  });

  it('O17 (RFC 6749 2.3): does not authenticate in two ways, also if both are right', async () => {
    const { id, secret } = await test.create();
    const authorization = basic(id, secret);
    const assertion = { client_assertion: 'x', client_assertion_type: 'y' };
    for (const call of [
      { authorization, form: { client_id: id, client_secret: secret } },
      { authorization, form: { client_secret: secret } },
      { authorization, form: assertion },
      { authorization, form: { client_assertion_type: 'y' } },
      { form: { client_id: id, client_secret: secret, ...assertion } },
    ])
      await expect(test.authenticate(call)).rejects.toMatchObject(INVALID_REQUEST);
  });

  it('O17: does not name another client in its body than in its header', async () => {
    const [one, other] = [await test.create(), await test.create()];
    const call = { authorization: basic(one.id, one.secret), form: { client_id: other.id } };
    await expect(test.authenticate(call)).rejects.toMatchObject(INVALID_REQUEST);
  });
});

describe('a public client', () => {
  it('RFC 6749 3.2.1: is known by its id', async () => {
    const { client, id } = await test.create({ authMethod: 'none' });
    expect(await test.authenticate({ form: { client_id: id } })).toEqual(client);
  });

  it('O17: that sends a secret is refused', async () => {
    const { id } = await test.create({ authMethod: 'none' });
    for (const call of [
      { authorization: basic(id, '') },
      { authorization: basic(id, 'secret') },
      { form: { client_id: id, client_secret: 'secret' } },
    ])
      await expect(test.authenticate(call)).rejects.toMatchObject(INVALID_CLIENT);
  });

  it('O17: is not let in by a secret that it had before it was public', async () => {
    const { id, secret } = await test.create();
    await test.clients.update(id, { authMethod: 'none' });
    await expect(test.authenticate({ authorization: basic(id, secret) })).rejects.toMatchObject(
      INVALID_CLIENT,
    );
    expect((await test.authenticate({ form: { client_id: id } })).id).toBe(id);
  });
});

describe('wrong secrets', () => {
  const guess = (id: string, count: number, clientIp?: string) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        test
          .authenticate({ authorization: basic(id, `wrong ${index}`), ...(clientIp && { clientIp }) })
          .catch(({ code, retryAfterSeconds }) => ({ code, retryAfterSeconds })),
      ),
    );
  const limited = { code: 'too_many_requests', retryAfterSeconds: expect.any(Number) };
  const codesOf = (errors: readonly unknown[]) => errors.map((error) => (error as { code: string }).code);

  it('S18: are told to wait after thirty in a minute, by client and network', async () => {
    const [one, other] = [await test.create(), await test.create()];
    const errors = await guess(one.id, 31);
    expect(codesOf(errors).filter((code) => code === 'invalid_client')).toHaveLength(30);
    expect(errors).toContainEqual(limited);
    expect(codesOf(await guess(other.id, 1))).toEqual(['invalid_client']);
    expect(codesOf(await guess(one.id, 1, '192.0.2.2'))).toEqual(['invalid_client']);
    test.clock.advance(61);
    expect(codesOf(await guess(one.id, 1))).toEqual(['invalid_client']);
  });

  it('S18: are told to wait after three hundred in a minute from one network, whatever the client', async () => {
    const ids = Array.from({ length: 301 }, (_, index) => `client_${index}`);
    const errors = await Promise.all(ids.map(async (id) => (await guess(id, 1, '2001:db8::1'))[0]));
    expect(codesOf(errors).filter((code) => code === 'invalid_client')).toHaveLength(300);
    expect(codesOf(await guess('client_x', 1, '2001:db8::2'))).toEqual(['too_many_requests']);
    expect(codesOf(await guess('client_x', 1, '2001:db8:0:1::2'))).toEqual(['invalid_client']);
  });

  it('S18: never keep the right one out', async () => {
    const { id, secret } = await test.create();
    await guess(id, 40);
    expect((await test.authenticate({ authorization: basic(id, secret) })).id).toBe(id);
  });

  it('S5, S6: are in the log by their reason, without what was sent', async () => {
    const { id, secret } = await test.create();
    const before = test.log.length;
    await guess(id, 1);
    await expect(test.authenticate({ authorization: basic('a\nb', secret) })).rejects.toMatchObject(
      INVALID_CLIENT,
    );
    const lines = test.log.slice(before).map(({ level, event, fields }) => [level, event, fields]);
    expect(lines).toEqual([
      ['warn', 'oauth_client_refused', { client: id, reason: 'wrong_secret', clientIp: '192.0.2.1' }],
      ['warn', 'oauth_client_refused', { client: null, reason: 'unknown_client', clientIp: '192.0.2.1' }],
    ]);
  });
});
