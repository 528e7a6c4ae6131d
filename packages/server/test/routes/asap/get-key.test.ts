import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeyServer, type TestKeyServer } from '../../support/asap-routes.js';
import { BAD_KEY_IDS } from '../../support/bad-key-ids.js';
import { aPem } from '../../support/published-pem.js';

const PUBLISHED = 'Tue, 14 Nov 2023 22:13:20 GMT';
const A_SECOND_BEFORE = 'Tue, 14 Nov 2023 22:13:19 GMT';

describe('GET /asap/<kid>', () => {
  const pem = aPem();
  let server: TestKeyServer;
  beforeAll(async () => {
    server = await openKeyServer();
    await server.keys.publish({ kid: 'svc/a/1', pem });
    await server.keys.publish({ kid: 'bare', pem });
    await server.keys.publish({ kid: 'svc/a+b', pem });
    await server.keys.publish({ kid: 'svc/gone', pem });
    await server.keys.revoke('svc/gone');
  });
  afterAll(() => server.close());

  const get = (kid: string, headers: Record<string, string> = {}) => server.call('GET', kid, { headers });
  const etagOf = async (kid: string) => String((await get(kid)).headers['etag']);

  it('ASAP-15: gives the key as PEM, with what caches need', async () => {
    const answer = await get('svc/a/1', { accept: 'application/x-pem-file' });
    expect(answer).toMatchObject({
      status: 200,
      body: pem,
      headers: {
        'content-type': 'application/x-pem-file',
        'cache-control': 'public, max-age=300, stale-while-revalidate=300, stale-if-error=300',
        'last-modified': PUBLISHED,
        etag: expect.stringMatching(/^"[A-Za-z0-9_-]{22}"$/),
        'x-content-type-options': 'nosniff',
      },
    });
    expect(await get('bare')).toMatchObject({ status: 200, body: pem });
  });

  it('gives the same key to whoever encodes what needs no encoding', async () => {
    for (const path of ['svc/a+b', 'svc/a%2Bb', 'svc/%61+b']) expect((await get(path)).status).toBe(200);
    expect((await get('svc%2Fa/1')).status).toBe(404);
  });

  it('answers HEAD with the headers of GET', async () => {
    const { status, headers } = await server.call('HEAD', 'svc/a/1');
    expect({ status, headers }).toEqual({ status: 200, headers: (await get('svc/a/1')).headers });
  });

  it('answers 304 to who has the key already, by its tag', async () => {
    const etag = await etagOf('svc/a/1');
    for (const value of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await get('svc/a/1', { 'if-none-match': value });
      expect(answer).toMatchObject({ status: 304, body: null });
      expect(answer.headers).toMatchObject({ etag, 'last-modified': PUBLISHED });
      expect(answer.headers['cache-control']).toContain('max-age=300');
    }
    for (const value of ['"other"', '', etag.slice(1, -1)])
      expect((await get('svc/a/1', { 'if-none-match': value })).status).toBe(200);
  });

  it.each([
    [PUBLISHED, 304],
    ['Wed, 15 Nov 2023 00:00:00 GMT', 304],
    [A_SECOND_BEFORE, 200],
    ['Tuesday, 14-Nov-23 22:13:20 GMT', 200],
    ['2023-11-15', 200],
    ['tomorrow', 200],
    ['', 200],
  ])('answers If-Modified-Since %j with %s', async (since, status) => {
    expect((await get('svc/a/1', { 'if-modified-since': since })).status).toBe(status);
  });

  it('heeds no date where a tag is given', async () => {
    const headers = { 'if-none-match': '"other"', 'if-modified-since': PUBLISHED };
    expect((await get('svc/a/1', headers)).status).toBe(200);
  });

  it('has one tag for one key', async () => {
    await server.keys.publish({ kid: 'svc/other', pem: aPem() });
    expect(await etagOf('bare')).toBe(await etagOf('svc/a/1'));
    expect(await etagOf('svc/other')).not.toBe(await etagOf('svc/a/1'));
  });

  it('answers 410 for a revoked key, whatever the caller has, and lets nobody keep that', async () => {
    for (const headers of [{}, { 'if-none-match': '*' }, { 'if-modified-since': PUBLISHED }])
      expect(await get('svc/gone', headers as Record<string, string>)).toMatchObject({
        status: 410,
        json: { code: 'revoked_key' },
        headers: { 'cache-control': 'no-store' },
      });
  });

  it.each([
    'unknown',
    'svc',
    'svc/a',
    'svc/',
    '',
    'svc/a/1/',
    'svc/a/1/x',
    'SVC/a/1',
    'svc/a/1%00',
    'svc/a/1?x',
    '%zz',
  ])('A4: answers 404 for %j, which is no key: nothing is ever listed', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, headers: { 'cache-control': 'no-store' } });
  });

  it.each(BAD_KEY_IDS)('A3, A4: answers 404 for %j, sent as it is and encoded', async (kid) => {
    const encoded = kid.split('/').map(encodeURIComponent).join('/');
    for (const path of [kid, encoded, encodeURIComponent(kid)]) expect((await get(path)).status).toBe(404);
  });

  it('has no other methods than it says', async () => {
    const answer = await server.call('POST', 'svc/a/1');
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'DELETE, GET, HEAD, PUT' } });
  });
});
