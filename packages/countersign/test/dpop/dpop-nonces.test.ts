import { importSecret } from 'countersign';
import { createDpopNonces } from 'countersign/dpop';
import { createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';
import { NOW } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';
import { invalid, judgeProof, proofWith, verifierWith } from './support/proofs.js';

const secretOf = (character: string, length = 32) =>
  importSecret({ algorithm: 'HS256', secret: character.repeat(length), unsafeAllowWeakSecret: true });
const secret = secretOf('a');

/** NOW is where a period of sixty seconds begins. */
function setUp(startAt = NOW) {
  const clock = createTestClock(startAt);
  return { clock, nonces: createDpopNonces({ secret, lifetimeSeconds: 60, clock }) };
}

describe('a nonce', () => {
  it('may stand in a header field, and is as long as a hash', () => {
    expect(setUp().nonces.issue()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('is good for its lifetime at least, and less than twice as long', () => {
    const { clock, nonces } = setUp();
    const nonce = nonces.issue();
    clock.advance(59.999);
    expect(nonces.issue()).toBe(nonce);
    clock.advance(0.001);
    expect(nonces.issue()).not.toBe(nonce);
    clock.advance(59.999);
    expect(nonces.accepts(nonce)).toBe(true);
    clock.advance(0.001);
    expect(nonces.accepts(nonce)).toBe(false);
  });

  it('is the same in every process with the secret', () => {
    expect(setUp().nonces.issue()).toBe(setUp().nonces.issue());
  });

  it('is taken from a process whose clock is five seconds ahead, not six', () => {
    const ahead = setUp(NOW + 60).nonces.issue();
    expect(setUp(NOW + 55).nonces.accepts(ahead)).toBe(true);
    expect(setUp(NOW + 54.999).nonces.accepts(ahead)).toBe(false);
  });

  it.each(['', 'a', 'a'.repeat(43), 'a'.repeat(10_000), '\u{1f511}'])(
    'that was made up is refused: %#',
    (nonce) => {
      expect(setUp().nonces.accepts(nonce)).toBe(false);
    },
  );

  it('of another text for the same bytes is refused', () => {
    const { nonces } = setUp();
    const nonce = nonces.issue();
    expect(nonces.accepts(`${nonce}=`)).toBe(false);
    expect(nonces.accepts(` ${nonce}`)).toBe(false);
  });
});

describe('the secret of nonces', () => {
  const noncesUnder = (...secrets: ReturnType<typeof secretOf>[]) =>
    createDpopNonces({ secret: secrets, lifetimeSeconds: 60, clock: () => NOW });

  it('can be replaced step by step without a nonce being refused', () => {
    const [one, two] = [secretOf('1'), secretOf('2')];
    const steps = [noncesUnder(one), noncesUnder(one, two), noncesUnder(two, one), noncesUnder(two)];
    for (const [index, step] of steps.entries()) {
      for (const beside of steps.slice(Math.max(0, index - 1), index + 2)) {
        expect(beside.accepts(step.issue())).toBe(true);
      }
    }
    expect(noncesUnder(two).accepts(noncesUnder(one).issue())).toBe(false);
  });

  it.each([
    ['too short', secretOf('a', 31)],
    ['a text', 'a'.repeat(32)],
    ['an empty list', []],
    ['null', null],
  ])('is refused when %s', (_, wrong) => {
    expect(usageProblem(() => createDpopNonces({ secret: wrong as never }))).toMatch(
      /^invalid_options: secret must be a secret of at least 32 bytes/,
    );
  });
});

describe('O23: a verifier that demands nonces', () => {
  const judge = (claims: Record<string, unknown>, verifier = verifierWith({ nonces: setUp().nonces })) =>
    judgeProof(proofWith({ claims }), {}, verifier);

  it('takes a proof with one', async () => {
    expect(await judge({ nonce: setUp().nonces.issue() })).toBe('accepted');
  });

  it.each([undefined, null, '', 'stale', 5, ['a']])('asks for one where there is %j', async (nonce) => {
    expect(await judge({ nonce })).toMatch(/^dpop_nonce_required: /);
  });

  it('asks only where everything else holds, and uses nothing up', async () => {
    const { nonces } = setUp();
    const verifier = verifierWith({ nonces });
    expect(await judge({ htm: 'GET' }, verifier)).toMatch(invalid('htm'));
    expect(await judge({ jti: 'one' }, verifier)).toMatch(/^dpop_nonce_required: /);
    expect(await judge({ jti: 'one', nonce: nonces.issue() }, verifier)).toBe('accepted');
    expect(await judge({ jti: 'one', nonce: nonces.issue() }, verifier)).toMatch(invalid('used before'));
  });

  it('says so by the error of OAuth', async () => {
    const verifier = verifierWith({ nonces: setUp().nonces });
    const parts = { proof: [proofWith()], method: 'POST', url: 'https://api.example/orders' };
    await expect(verifier.verifyAsync({ ...parts, accessToken: null, boundTo: null })).rejects.toMatchObject({
      status: 401,
      oauthError: 'use_dpop_nonce',
    });
  });

  it('is the only one to look at them', async () => {
    expect(await judge({ nonce: 'whatever' }, verifierWith({ nonces: null }))).toBe('accepted');
  });
});
