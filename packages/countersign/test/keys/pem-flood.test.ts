import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { lookup, PEM, pemAnswer, resolveKid, setUpPemRepository } from './support/scripted-pem.js';

const notFound = expect.objectContaining({ code: 'key_not_found', status: 401 });
const heldBack = expect.objectContaining({
  code: 'key_source_unavailable',
  status: 503,
  cause: expect.objectContaining({ problem: 'held_back' }),
});

function outcomesOf(results: readonly PromiseSettledResult<unknown>[]) {
  return results.map((result) => (result.status === 'fulfilled' ? 'found' : result.reason.code));
}

describe('many callers at once', () => {
  it('ASAP-40, K1: 200 callers with one new key id share one fetch', async () => {
    const { repository, requests, publishAs } = setUpPemRepository();
    publishAs('svc/one', async () => {
      await setImmediate();
      return pemAnswer(PEM);
    });
    const keys = await Promise.all(Array.from({ length: 200 }, () => resolveKid(repository, 'svc/one')));
    expect(new Set(keys).size).toBe(1);
    expect(requests).toHaveLength(1);
  });

  it('K1: 200 callers with a key that has to be renewed share one fetch', async () => {
    const { repository, requests, publish, clock } = setUpPemRepository();
    publish('svc/one');
    await resolveKid(repository, 'svc/one');
    clock.advance(300);
    await Promise.all(Array.from({ length: 200 }, () => resolveKid(repository, 'svc/one')));
    expect(requests).toHaveLength(2);
  });

  it('K1: callers that share a failed fetch all learn of it', async () => {
    const { repository, requests, breakDown } = setUpPemRepository();
    breakDown();
    const all = Array.from({ length: 50 }, (_, index) => resolveKid(repository, `svc/${index % 2}`));
    expect(new Set(outcomesOf(await Promise.allSettled(all)))).toEqual(new Set(['key_source_unavailable']));
    expect(requests).toHaveLength(1);
  });

  it('finds 50 keys of 50 issuers that are all asked for at once, cold', async () => {
    const { repository, requests, publish } = setUpPemRepository();
    const kids = Array.from({ length: 50 }, (_, index) => `svc-${index}/key`);
    for (const kid of kids) publish(kid);
    const keys = await Promise.all(kids.map((kid) => resolveKid(repository, kid)));
    expect(keys.map(({ kid }) => kid)).toEqual(kids);
    expect(requests).toHaveLength(50);
  });
});

describe('unknown key ids', () => {
  it('A12: 1,000 different ones in a row cost one fetch each cool-down; known keys stay usable', async () => {
    const { repository, requests, publish, clock } = setUpPemRepository();
    publish('svc/one', { 'cache-control': 'max-age=3600' });
    await resolveKid(repository, 'svc/one');
    for (let round = 0; round < 3; round++) {
      const before = requests.length;
      for (let index = 0; index < 1000; index++) {
        const refused = index === 0 ? notFound : heldBack;
        await expect(resolveKid(repository, `x${round}/${index}`)).rejects.toEqual(refused);
        if (index % 100 === 0) await expect(resolveKid(repository, 'svc/one')).resolves.toBeDefined();
      }
      expect(requests).toHaveLength(before + 1);
      expect(repository.peek(lookup('svc/one'))).toBeDefined();
      clock.advance(5);
    }
  });

  it.each([
    ['of issuers nobody knows', (index: number) => `x${index}/key`],
    ['of one known issuer', (index: number) => `svc/${index}`],
  ])('A12: 10,000 %s, all at once, cost one fetch', async (_what, kidOf) => {
    const { repository, requests, publish } = setUpPemRepository();
    publish('svc/one.pem');
    await resolveKid(repository, 'svc/one.pem');
    const all = Array.from({ length: 10_000 }, (_, index) => resolveKid(repository, kidOf(index)));
    const outcomes = outcomesOf(await Promise.allSettled(all));
    expect(outcomes.filter((code) => code === 'key_not_found')).toHaveLength(1);
    expect(outcomes.filter((code) => code === 'key_source_unavailable')).toHaveLength(9999);
    expect(requests).toHaveLength(2);
  });

  it('K2: says when to try again, and then a new key is found', async () => {
    const { repository, publish, clock } = setUpPemRepository();
    await expect(resolveKid(repository, 'nobody/key')).rejects.toEqual(notFound);
    publish('new/key');
    clock.advance(1.5);
    await expect(resolveKid(repository, 'new/key')).rejects.toMatchObject({ retryAfterSeconds: 4 });
    clock.advance(3.5);
    await expect(resolveKid(repository, 'new/key')).resolves.toBeDefined();
  });

  it('K2: the next key of a known issuer is found at once while others invent ids', async () => {
    const { repository, publish } = setUpPemRepository();
    publish('svc/one');
    await resolveKid(repository, 'svc/one');
    await expect(resolveKid(repository, 'nobody/key')).rejects.toEqual(notFound);
    await expect(resolveKid(repository, 'else/key')).rejects.toEqual(heldBack);
    publish('svc/two');
    await expect(resolveKid(repository, 'svc/two')).resolves.toBeDefined();
  });

  it('K2: the first key of an issuer that is expected is found at once while others invent ids', async () => {
    const { repository, publish } = setUpPemRepository({ issuers: ['svc'] });
    publish('svc/one');
    publish('unexpected/one');
    await expect(resolveKid(repository, 'stranger/one')).rejects.toEqual(notFound);
    await expect(resolveKid(repository, 'unexpected/one')).rejects.toEqual(heldBack);
    await expect(resolveKid(repository, 'svc/one')).resolves.toMatchObject({ kid: 'svc/one' });
  });

  it('K2: ids invented for a known issuer hold back new keys of that issuer only', async () => {
    const { repository, publish } = setUpPemRepository();
    publish('svc/one');
    publish('other/one');
    await resolveKid(repository, 'svc/one');
    await expect(resolveKid(repository, 'svc/nothing')).rejects.toEqual(notFound);
    await expect(resolveKid(repository, 'svc/two')).rejects.toEqual(heldBack);
    await expect(resolveKid(repository, 'other/one')).resolves.toBeDefined();
  });

  it('K2: a known key does not wait for a fetch that an unknown id caused', async () => {
    const { repository, publish, publishAs } = setUpPemRepository();
    publish('svc/one');
    await resolveKid(repository, 'svc/one');
    let answer: (response: Response) => void = () => undefined;
    publishAs(
      'svc/two',
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const unknown = resolveKid(repository, 'svc/two');
    await expect(resolveKid(repository, 'svc/one')).resolves.toBeDefined();
    await setImmediate();
    answer(pemAnswer(PEM));
    await expect(unknown).resolves.toMatchObject({ kid: 'svc/two' });
  });

  it('K2: an id that is not there is remembered for 5 s, then twice as long each time, up to a minute', async () => {
    const { repository, requests, clock } = setUpPemRepository();
    for (const [index, seconds] of [5, 10, 20, 40, 60, 60].entries()) {
      await expect(resolveKid(repository, 'svc/late')).rejects.toEqual(notFound);
      clock.advance(seconds - 0.1);
      await expect(resolveKid(repository, 'svc/late')).rejects.toEqual(notFound);
      expect(requests).toHaveLength(index + 1);
      clock.advance(0.1);
    }
  });

  it('K2: a caller that goes on with a dead id does not hold back the others', async () => {
    const { repository, requests, publish, clock } = setUpPemRepository();
    let found = 0;
    for (let second = 0; second < 120; second++) {
      await expect(resolveKid(repository, 'dead/key')).rejects.toEqual(notFound);
      publish(`svc-${second}/key`);
      found += await resolveKid(repository, `svc-${second}/key`).then(
        () => 1,
        () => 0,
      );
      clock.advance(1);
    }
    expect(found).toBeGreaterThanOrEqual(90);
    expect(requests.filter(({ url }) => url.endsWith('dead/key'))).toHaveLength(5);
  });

  it('K2: an id that was not there is found once it is published, and forgotten as missing', async () => {
    const { repository, publish, withdraw, clock } = setUpPemRepository();
    await expect(resolveKid(repository, 'svc/late')).rejects.toEqual(notFound);
    publish('svc/late');
    clock.advance(5);
    await expect(resolveKid(repository, 'svc/late')).resolves.toBeDefined();
    withdraw('svc/late');
    clock.advance(300);
    await expect(resolveKid(repository, 'svc/late')).rejects.toEqual(notFound);
    publish('svc/late');
    clock.advance(5);
    await expect(resolveKid(repository, 'svc/late')).resolves.toBeDefined();
  });

  it('K11: a clock that jumps back does not stretch what is remembered as missing', async () => {
    const { repository, publish, clock } = setUpPemRepository();
    await expect(resolveKid(repository, 'svc/late')).rejects.toEqual(notFound);
    publish('svc/late');
    clock.advance(-3600);
    await expect(resolveKid(repository, 'svc/late')).resolves.toBeDefined();
  });

  it('A12: unknown ids do not push out known keys', async () => {
    const { repository, publish, clock } = setUpPemRepository({ cooldownSeconds: 1 });
    publish('svc/one', { 'cache-control': 'max-age=3600' });
    await resolveKid(repository, 'svc/one');
    for (let index = 0; index < 2000; index++) {
      await expect(resolveKid(repository, `x/${index}`)).rejects.toEqual(notFound);
      clock.advance(1);
    }
    expect(repository.peek(lookup('svc/one'))).toBeDefined();
  });
});
