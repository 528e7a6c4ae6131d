import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, openKeyServer, type TestKeyServer } from '../../support/asap-routes.js';
import { BAD_KEY_IDS } from '../../support/bad-key-ids.js';
import { aPem, CERTIFICATE, RSA_PAIR, rsaPemWithExponent } from '../../support/published-pem.js';

describe('PUT /asap/<kid>', () => {
  let server: TestKeyServer;
  beforeAll(async () => {
    server = await openKeyServer();
  });
  afterAll(() => server.close());

  it('publishes: 201, and 204 for the same key again', async () => {
    const first = await server.put('svc/1', CERTIFICATE.publicKeyPem);
    expect(first).toMatchObject({ status: 201, json: { kid: 'svc/1' } });
    expect(first.headers).not.toHaveProperty('etag');
    expect(await server.call('GET', 'svc/1')).toMatchObject({ status: 200, body: CERTIFICATE.publicKeyPem });
    expect(await server.put('svc/1', CERTIFICATE.pem)).toMatchObject({ status: 204, body: null });
  });

  it('never changes the key of an id: 409', async () => {
    const pem = aPem();
    await server.put('svc/2', pem);
    expect(await server.put('svc/2', aPem())).toMatchObject({ status: 409, json: { code: 'key_id_taken' } });
    expect((await server.call('GET', 'svc/2')).body).toBe(pem);
  });

  it('lets one of many keys that race for an id win', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => server.put('svc/raced', aPem())));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
  });

  it('never publishes under the id of a revoked key: 410', async () => {
    const pem = aPem();
    await server.put('svc/3', pem);
    await server.keys.revoke('svc/3');
    for (const again of [pem, aPem()])
      expect(await server.put('svc/3', again)).toMatchObject({ status: 410, json: { code: 'revoked_key' } });
  });

  it('A4, S6: refuses a private key with 422, and keeps and logs nothing of it', async () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
    const forms = [
      ec.export({ format: 'pem', type: 'pkcs8' }),
      ec.export({ format: 'pem', type: 'sec1' }),
      RSA_PAIR.privateKey.export({ format: 'pem', type: 'pkcs1' }),
      `${aPem()}${ec.export({ format: 'pem', type: 'pkcs8' })}`,
    ].map(String);
    for (const [index, pem] of forms.entries()) {
      const answer = await server.put(`svc/private-${index}`, pem);
      expect(answer).toMatchObject({ status: 422, json: { code: 'private_key_refused' } });
      expect((await server.call('GET', `svc/private-${index}`)).status).toBe(404);
      const line = pem.split('\n').at(-3) ?? '';
      expect(line.length).toBeGreaterThan(20);
      expect(JSON.stringify([answer, server.log])).not.toContain(line);
      const folder = dirname(server.temporary.file);
      for (const name of readdirSync(folder))
        expect(readFileSync(join(folder, name), 'latin1').includes(line)).toBe(false);
    }
    expect(JSON.stringify(server.log)).not.toMatch(/PRIVATE|PUBLIC KEY/);
  });

  it('J7: refuses weak keys, and what is no public key, with 422', async () => {
    expect(await server.put('svc/weak', rsaPemWithExponent('AQ'))).toMatchObject({
      status: 422,
      json: { code: 'weak_key' },
    });
    for (const text of ['', 'hello', aPem().slice(0, 80), '{"kty":"EC"}'])
      expect(await server.put('svc/none', text)).toMatchObject({
        status: 422,
        json: {
          code: 'invalid_public_key',
          message: expect.stringContaining('must be one public key in PEM'),
        },
      });
    expect((await server.call('GET', 'svc/none')).status).toBe(404);
  });

  it('takes 16 KiB and not a byte more', async () => {
    const pem = aPem();
    expect((await server.put('svc/padded', pem.padEnd(16 * 1024, '\n'))).status).toBe(201);
    expect((await server.put('svc/padded', pem.padEnd(16 * 1024 + 1, '\n'))).status).toBe(413);
  });

  it.each([
    'text/plain',
    'application/json',
    'application/x-www-form-urlencoded',
    'application/x-pem-file; x=y',
    '',
  ])('takes nothing that is sent as %j: 415', async (type) => {
    const answer = await server.put('svc/typed', aPem(), { ...ADMIN, 'content-type': type });
    expect(answer).toMatchObject({ status: 415, json: { message: expect.stringContaining('x-pem-file') } });
  });

  it.each(BAD_KEY_IDS)('A3, A4, S8: never publishes under %j', async (kid) => {
    const encoded = kid.split('/').map(encodeURIComponent).join('/');
    for (const path of [kid, encoded, encodeURIComponent(kid)]) {
      expect([400, 404]).toContain((await server.put(path, aPem())).status);
      expect([400, 404]).toContain((await server.call('DELETE', path, { headers: ADMIN })).status);
    }
  });

  it('is open to other origins like the rest of the API, which brings its own secret', async () => {
    const answer = await server.call('OPTIONS', 'svc/1');
    expect(answer).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-methods': 'DELETE, GET, HEAD, PUT' },
    });
  });
});

describe('DELETE /asap/<kid>', () => {
  let server: TestKeyServer;
  beforeAll(async () => {
    server = await openKeyServer();
  });
  afterAll(() => server.close());
  const remove = (kid: string, headers: Record<string, string> = ADMIN) =>
    server.call('DELETE', kid, { headers });

  it('revokes for good: 204, also a second time; 410 for whoever asks', async () => {
    await server.put('svc/1', aPem());
    expect(await remove('svc/1')).toMatchObject({ status: 204, body: null });
    expect((await server.call('GET', 'svc/1')).status).toBe(410);
    expect((await remove('svc/1')).status).toBe(204);
  });

  it('knows nothing to revoke where nothing was published: 404', async () => {
    expect(await remove('svc/unknown')).toMatchObject({ status: 404, json: { code: 'unknown_key' } });
  });

  it('changes nothing for who may not', async () => {
    await server.put('svc/2', aPem());
    expect((await remove('svc/2', {})).status).toBe(401);
    expect((await server.call('GET', 'svc/2')).status).toBe(200);
  });
});
