import { expect, it } from 'vitest';
import { createWorkLimit } from '../../src/services/work-limit.js';

const REFUSED = { code: 'unavailable', status: 503, retryAfterSeconds: 1 };

it('S18: takes as much work as the limit says and not one more, until some of it has ended', async () => {
  const limit = createWorkLimit(2);
  const ends: (() => void)[] = [];
  const start = () => limit.run(() => new Promise<string>((resolve) => ends.push(() => resolve('done'))));
  const [first, second] = [start(), start()];
  await expect(start()).rejects.toMatchObject(REFUSED);
  expect(ends).toHaveLength(2);
  ends[0]?.();
  expect(await first).toBe('done');
  const third = start();
  await expect(start()).rejects.toMatchObject(REFUSED);
  ends[1]?.();
  ends[2]?.();
  expect(await Promise.all([second, third])).toEqual(['done', 'done']);
});

it('work that fails makes room like any other, and its error is passed on', async () => {
  const limit = createWorkLimit(1);
  const failure = new Error('the work');
  await expect(limit.run(() => Promise.reject(failure))).rejects.toBe(failure);
  await expect(
    limit.run(() => {
      throw failure;
    }),
  ).rejects.toBe(failure);
  expect(await limit.run(async () => 'done')).toBe('done');
});
