import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { lookup, PEM, pemAnswer, resolveKid, setUpPemRepository } from './support/scripted-pem.js';

const unavailable = expect.objectContaining({ code: 'key_source_unavailable', status: 503 });

const FAILURES = [
  ['no connection', () => Promise.reject(new TypeError('fetch failed'))],
  ['status 500', () => new Response('oops', { status: 500 })],
  ['status 503', () => new Response(null, { status: 503 })],
  ['status 429', () => new Response(null, { status: 429 })],
  ['a redirect', () => Response.redirect('https://evil.example/', 302)],
  ['a web page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
  ['an empty body', () => pemAnswer('')],
  ['a body that is too large', () => pemAnswer(PEM + ' '.repeat(65_536))],
] as const;

describe('a repository that fails', () => {
  it.each(FAILURES)(
    'K3: 50 checks of a key never seen cost one attempt when it gives %s',
    async (_what, answer) => {
      const { repository, requests, remote } = setUpPemRepository();
      remote.answer = answer;
      for (let index = 0; index < 50; index++) {
        await expect(resolveKid(repository, 'svc/one')).rejects.toEqual(unavailable);
      }
      expect(requests).toHaveLength(1);
    },
  );

  it.each(FAILURES)('K3: a known key serves on when it gives %s', async (_what, answer) => {
    const { repository, requests, remote, publish, clock } = setUpPemRepository();
    publish('svc/one');
    const key = await resolveKid(repository, 'svc/one');
    remote.answer = answer;
    clock.advance(300);
    for (let index = 0; index < 50; index++) expect(await resolveKid(repository, 'svc/one')).toBe(key);
    expect(requests).toHaveLength(2);
    expect(repository.peek(lookup('svc/one'))).toBe(key);
  });

  it('K3: attempts wait 1 s, then twice as long each time, and never longer than the cool-down', async () => {
    const { repository, requests, breakDown, clock } = setUpPemRepository({ cooldownSeconds: 10 });
    breakDown();
    await expect(resolveKid(repository, 'svc/one')).rejects.toEqual(unavailable);
    for (const [index, seconds] of [1, 2, 4, 8, 10, 10].entries()) {
      clock.advance(seconds - 0.5);
      await expect(resolveKid(repository, `svc/${index}`)).rejects.toMatchObject({ retryAfterSeconds: 1 });
      expect(requests).toHaveLength(index + 1);
      clock.advance(0.5);
      await expect(resolveKid(repository, `x${index}/key`)).rejects.toMatchObject({
        retryAfterSeconds: [2, 4, 8, 10, 10, 10][index],
      });
      expect(requests).toHaveLength(index + 2);
    }
  });

  it('K3: a known key serves for staleIfErrorSeconds and no longer, whatever its Cache-Control says', async () => {
    const { repository, publish, breakDown, clock } = setUpPemRepository({ staleIfErrorSeconds: 1000 });
    publish('svc/one', { 'cache-control': 'max-age=60, must-revalidate, stale-if-error=5' });
    await resolveKid(repository, 'svc/one');
    breakDown();
    clock.advance(1059.9);
    await expect(resolveKid(repository, 'svc/one')).resolves.toBeDefined();
    clock.advance(0.1);
    await expect(resolveKid(repository, 'svc/one')).rejects.toEqual(unavailable);
    expect(repository.peek(lookup('svc/one'))).toBeUndefined();
  });

  it('staleIfErrorSeconds of 0 switches the grace time off', async () => {
    const { repository, publish, breakDown, clock } = setUpPemRepository({ staleIfErrorSeconds: 0 });
    publish('svc/one');
    await resolveKid(repository, 'svc/one');
    breakDown();
    clock.advance(299);
    expect(repository.peek(lookup('svc/one'))).toBeDefined();
    clock.advance(1);
    await expect(resolveKid(repository, 'svc/one')).rejects.toEqual(unavailable);
  });

  it('K3: nobody waits for a repository that is known to give no answer', async () => {
    const { repository, requests, remote, publish, breakDown, clock } = setUpPemRepository();
    publish('svc/one');
    publish('svc/two');
    for (const kid of ['svc/one', 'svc/two']) await resolveKid(repository, kid);
    breakDown();
    clock.advance(300);
    await resolveKid(repository, 'svc/one');
    remote.answer = () => new Promise(() => undefined);
    for (const kid of ['svc/two', 'svc/one']) expect(repository.peek(lookup(kid))).toBeDefined();
    clock.advance(1);
    for (const kid of ['svc/two', 'svc/one'])
      await expect(resolveKid(repository, kid)).resolves.toBeDefined();
    expect(requests).toHaveLength(5);
  });

  it('goes back to renewing keys when the repository comes back', async () => {
    const { repository, requests, publish, breakDown, recover, withdraw, clock } = setUpPemRepository();
    publish('svc/one');
    await resolveKid(repository, 'svc/one');
    breakDown();
    clock.advance(300);
    await resolveKid(repository, 'svc/one');
    recover();
    clock.advance(1);
    await resolveKid(repository, 'svc/one');
    expect(requests).toHaveLength(3);
    await setImmediate();
    expect(repository.peek(lookup('svc/one'))).toBeDefined();
    withdraw('svc/one');
    clock.advance(300);
    await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({ code: 'key_not_found' });
  });

  it('K3: a key that was revoked during the outage is refused after the first answer', async () => {
    const { repository, publish, publishAs, breakDown, recover, clock } = setUpPemRepository();
    publish('svc/one');
    await resolveKid(repository, 'svc/one');
    breakDown();
    clock.advance(300);
    await resolveKid(repository, 'svc/one');
    publishAs('svc/one', () => new Response(null, { status: 410 }));
    recover();
    clock.advance(1);
    await resolveKid(repository, 'svc/one');
    await setImmediate();
    expect(repository.peek(lookup('svc/one'))).toBeUndefined();
    await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({ cause: { status: 410 } });
  });

  it('K8: a failure long past does not let a revoked key be used once more', async () => {
    const { repository, publish, withdraw, breakDown, recover, clock } = setUpPemRepository();
    publish('svc/one');
    await resolveKid(repository, 'svc/one');
    breakDown();
    await expect(resolveKid(repository, 'svc/two')).rejects.toEqual(unavailable);
    recover();
    withdraw('svc/one');
    clock.advance(300);
    await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({ code: 'key_not_found' });
  });

  it('K8: ids for which the repository fails do not keep a revoked key of another alive', async () => {
    const { repository, publish, publishAs, withdraw, clock } = setUpPemRepository();
    publish('svc/one');
    publish('evil/broken');
    await resolveKid(repository, 'svc/one');
    await resolveKid(repository, 'evil/broken');
    publish('evil/broken', { 'content-type': 'text/html' });
    publishAs('evil/500', () => new Response(null, { status: 500 }));
    withdraw('svc/one');
    clock.advance(300);
    await expect(resolveKid(repository, 'evil/broken')).resolves.toBeDefined();
    await expect(resolveKid(repository, 'evil/500')).rejects.toEqual(unavailable);
    await expect(resolveKid(repository, 'svc/one')).rejects.toMatchObject({ code: 'key_not_found' });
  });
});
