import { importPublicKey } from 'countersign';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jwksRoutes } from '../../../src/routes/oauth/jwks.js';
import { httpRequest } from '../../support/http-request.js';
import { createTestHandler } from '../../support/request-handler.js';
import { openTokenAuthority, type TokenAuthority } from '../../support/token-authority.js';

const SET_TYPE = 'application/jwk-set+json';

describe('GET /jwks.json', () => {
  let authority: TokenAuthority;
  beforeAll(async () => {
    authority = await openTokenAuthority();
  });
  afterAll(() => authority.close());

  const get = (headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    createTestHandler(jwksRoutes(authority)).handle(httpRequest({ method, path: '/jwks.json', headers }));
  const keysOf = (body: unknown): readonly Record<string, string>[] => JSON.parse(String(body)).keys;

  it('publishes the key that signs and the one that will, for every origin, for five minutes', async () => {
    const { status, headers, body } = await get();
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      vary: 'accept',
      etag: expect.stringMatching(/^"[\w-]{43}"$/),
    });
    const listed = await authority.keys.list();
    expect(keysOf(body).map(({ kid }) => kid)).toEqual(listed.map(({ kid }) => kid));
  });

  it('O29: publishes nothing private, whatever the algorithm and however often it changed', async () => {
    const other = await openTokenAuthority('RS256');
    for (const algorithm of ['PS256', 'EdDSA', 'ES512'] as const) {
      await other.keys.rotate({ force: true });
      await other.ensureApp(algorithm);
    }
    other.clock.advance(5);
    const { body } = await createTestHandler(jwksRoutes(other)).handle(httpRequest({ path: '/jwks.json' }));
    for (const jwk of keysOf(body)) {
      expect(Object.keys(jwk)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(?:d|k|p|q|dp|dq|qi|oth)$/)]),
      );
      importPublicKey({ algorithm: jwk['alg'] as 'RS256', jwk });
    }
    expect(new Set(keysOf(body).map(({ alg }) => alg))).toEqual(
      new Set(['EdDSA', 'ES512', 'PS256', 'RS256']),
    );
    await other.close();
  });

  it.each([
    [SET_TYPE, SET_TYPE],
    [`text/html, ${SET_TYPE.toUpperCase()} ; q=0.5`, SET_TYPE],
    [`${SET_TYPE}, application/json`, SET_TYPE],
    [`${SET_TYPE};q=0`, 'application/json'],
    [`${SET_TYPE}; q=0.000`, 'application/json'],
    ['application/*', 'application/json'],
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    ['text/html', 'application/json'],
    [',;,', 'application/json'],
  ])('answers Accept: %s with %s', async (accept, type) => {
    const answer = await get({ accept });
    expect(answer.headers['content-type']).toBe(type);
    expect(answer.body).toBe((await get()).body);
  });

  it('answers 304 to the tag of the representation asked for, and to no other', async () => {
    const [json, set] = [await get(), await get({ accept: SET_TYPE })];
    const [jsonTag, setTag] = [String(json.headers['etag']), String(set.headers['etag'])];
    expect(jsonTag).not.toBe(setTag);
    expect(await get({ 'if-none-match': jsonTag })).toMatchObject({
      status: 304,
      body: null,
      headers: { etag: jsonTag, 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*' },
    });
    expect((await get({ 'if-none-match': setTag })).status).toBe(200);
    expect((await get({ 'if-none-match': setTag, accept: SET_TYPE })).status).toBe(304);
  });

  it('has another tag once a key has been rotated', async () => {
    const before = (await get()).headers['etag'];
    await authority.keys.rotate({ force: true });
    const after = await get({ 'if-none-match': String(before) });
    expect(after.status).toBe(200);
    expect(keysOf(after.body)).toHaveLength(3);
  });

  it('is only read: other methods are told so', async () => {
    const { status, headers } = await get({}, 'POST');
    expect(status).toBe(405);
    expect(headers['allow']).toContain('GET');
  });
});
