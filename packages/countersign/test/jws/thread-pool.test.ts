import { setImmediate } from 'node:timers/promises';
import type { AlgorithmName } from 'countersign';
import { createJwsSigner, createJwsVerifier, importSecret } from 'countersign';
import { afterEach, describe, expect, it } from 'vitest';
import { areChecksCrowded } from '../../src/jws/thread-pool.js';
import { keyPairFor, SECRET } from '../support/keys.js';

function verifierFor(algorithm: Exclude<AlgorithmName, `HS${string}`> | 'HS256') {
  const secret = () => importSecret({ algorithm: 'HS256', secret: SECRET });
  const keys = algorithm === 'HS256' ? { privateKey: secret(), publicKey: secret() } : keyPairFor(algorithm);
  const token = createJwsSigner({ key: keys.privateKey }).sign(Buffer.from('{}'));
  const verifier = createJwsVerifier({ keys: keys.publicKey, algorithms: [algorithm], type: null });
  return { token, ...verifier };
}

/** Starts so many checks in one turn and counts those that are done before the event loop goes on. */
async function startAtOnce(count: number, { token, verifyAsync }: ReturnType<typeof verifierFor>) {
  let doneAtOnce = 0;
  const checks = Array.from({ length: count }, async () => {
    await verifyAsync(token);
    doneAtOnce += 1;
  });
  await microtasks();
  return { doneAtOnce, all: Promise.all(checks) };
}

/** Enough of them for every promise that waits for nothing. */
async function microtasks() {
  for (let count = 0; count < 50; count++) await undefined;
}

afterEach(async () => {
  await setImmediate();
  expect(areChecksCrowded()).toBe(false);
});

describe('checks that begin in one turn', () => {
  it.each([
    ['ES256', 3],
    ['EdDSA', 3],
    ['ES512', 3],
    ['RS256', 6],
    ['PS256', 6],
    ['HS256', 64],
  ] as const)('%s: of 64, %i are made at once and the others in the thread pool', async (name, count) => {
    const { doneAtOnce, all } = await startAtOnce(64, verifierFor(name));
    expect(doneAtOnce).toBe(count);
    await all;
  });

  it.each([
    ['ES256', 3],
    ['RS256', 6],
  ] as const)('%s: %i are all made at once', async (name, count) => {
    const { doneAtOnce } = await startAtOnce(count, verifierFor(name));
    expect(doneAtOnce).toBe(count);
  });

  it('count together whatever their algorithm, those that did not need a promise included', async () => {
    const rsa = verifierFor('RS256');
    rsa.verify(rsa.token);
    expect(areChecksCrowded()).toBe(false);
    rsa.verify(rsa.token);
    rsa.verify(rsa.token);
    expect(areChecksCrowded()).toBe(true);
    const { doneAtOnce, all } = await startAtOnce(1, verifierFor('ES256'));
    expect(doneAtOnce).toBe(0);
    await all;
  });

  it('do not count where they are HMAC checks', async () => {
    const hmac = verifierFor('HS256');
    for (let count = 0; count < 10; count++) hmac.verify(hmac.token);
    expect(areChecksCrowded()).toBe(false);
  });
});

describe('checks that begin later', () => {
  it('one after the other are all made at once', async () => {
    const { token, verifyAsync } = verifierFor('ES256');
    let hasLoopGoneOn = false;
    const loop = setImmediate().then(() => {
      hasLoopGoneOn = true;
    });
    for (let count = 0; count < 20; count++) await verifyAsync(token);
    expect(hasLoopGoneOn).toBe(false);
    await loop;
  });

  it('are handed over while others are in the pool, and made at once after them', async () => {
    const verifier = verifierFor('EdDSA');
    const first = await startAtOnce(20, verifier);
    const second = await startAtOnce(1, verifier);
    expect(second.doneAtOnce).toBe(0);
    await Promise.all([first.all, second.all]);
    expect((await startAtOnce(1, verifier)).doneAtOnce).toBe(1);
  });

  it('find the pool free again after checks that failed there', async () => {
    const { token, verifyAsync } = verifierFor('ES256');
    const tampered = `${token.slice(0, -8)}AAAAAAAA`;
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => verifyAsync(tampered)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect((await startAtOnce(3, verifierFor('ES256'))).doneAtOnce).toBe(3);
  });
});
