/** Tokens that are bound to a key, at the gate (RFC 9449 section 7; row O23). */

import { importSecret } from 'countersign';
import {
  createDpopNonces,
  createDpopSigner,
  createMemoryReplayStore,
  generateDpopKey,
} from 'countersign/dpop';
import type { GateDpopOptions, GateOutcome, RouteRules } from 'countersign/gate';
import { createGate } from 'countersign/gate';
import { createTestCallers, createTestClock } from 'countersign/testing';
import { describe, expect, it } from 'vitest';
import { SECRET } from '../support/keys.js';
import { NOW } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';
import { requestWith } from './support/gate-requests.js';

const BASE_URL = 'https://api.example.com';
const clock = createTestClock(NOW);
const callers = createTestCallers({ audience: BASE_URL, clock });
const signer = createDpopSigner({ key: generateDpopKey(), clock });
const stranger = createDpopSigner({ key: generateDpopKey(), clock });

const bound = (jkt = signer.thumbprint) => callers.application({ claims: { cnf: { jkt } } });

function guardWith(dpop: Partial<GateDpopOptions> | null = {}, rules?: RouteRules) {
  const options =
    dpop === null ? null : { baseUrl: BASE_URL, replay: createMemoryReplayStore({ clock }), ...dpop };
  return createGate({ accept: callers.acceptors, clock, dpop: options }).guard(rules);
}

interface Call {
  readonly token: string;
  readonly scheme?: string;
  readonly proofs?: readonly string[];
  readonly url?: string;
  readonly carrier?: object;
}

function call({ token, scheme = 'DPoP', proofs = [], url = '/orders?page=1', carrier }: Call) {
  const fields = [
    ['Authorization', `${scheme} ${token}`] as const,
    ...proofs.map((proof) => ['DPoP', proof] as const),
  ];
  return { ...requestWith({ url, fields }), carrier };
}

const proofFor = (token: string, details: { url?: string; nonce?: string; by?: typeof signer } = {}) =>
  (details.by ?? signer).sign({
    method: 'GET',
    url: details.url ?? `${BASE_URL}/orders`,
    accessToken: token,
    ...(details.nonce === undefined ? {} : { nonce: details.nonce }),
  });

const reasonOf = (outcome: GateOutcome) => ('reason' in outcome ? outcome.reason : outcome.outcome);

describe('a gate that takes proofs', () => {
  it('O23: lets in who proves to hold the key of the token, cached or not', async () => {
    const guard = guardWith();
    const token = bound();
    for (const _ of [1, 2]) {
      expect(reasonOf(await guard.check(call({ token, proofs: [proofFor(token)] })))).toBe('caller');
    }
  });

  it('O23: refuses a proof that was used, two proofs, none, one by another key, for another URL or token', async () => {
    const guard = guardWith();
    const token = bound();
    const used = proofFor(token);
    await guard.check(call({ token, proofs: [used] }));
    const attempts: readonly (readonly string[])[] = [
      [used],
      [proofFor(token), proofFor(token)],
      [],
      [proofFor(token, { by: stranger })],
      [proofFor(token, { url: `${BASE_URL}/other` })],
      [proofFor(bound(stranger.thumbprint))],
    ];
    for (const proofs of attempts) {
      const outcome = await guard.check(call({ token, proofs }));
      expect(outcome).toMatchObject({ reason: 'dpop_proof_invalid', status: 401 });
      expect(outcome.outcome === 'refused' && outcome.headers['www-authenticate']).toMatch(
        /^Bearer realm="api", DPoP error="invalid_dpop_proof".* algs="/,
      );
    }
  });

  it('O23: refuses a bound token as a bearer token, with a proof or without (RFC 9449 section 7.2)', async () => {
    const guard = guardWith();
    const token = bound();
    for (const proofs of [[], [proofFor(token)]]) {
      const outcome = await guard.check(call({ token, scheme: 'Bearer', proofs }));
      expect(outcome).toMatchObject({ reason: 'proof_of_possession_missing', status: 401 });
    }
  });

  it('O23: refuses a token that is bound to no key under the scheme DPoP', async () => {
    const token = callers.application();
    const outcome = await guardWith().check(call({ token, proofs: [proofFor(token)] }));
    expect(outcome).toMatchObject({ reason: 'dpop_proof_invalid', status: 401 });
  });

  it('takes bearer tokens beside, unless proofs are required of all', async () => {
    const token = callers.application();
    expect(reasonOf(await guardWith().check(call({ token, scheme: 'Bearer' })))).toBe('caller');
    const strict = await guardWith({ required: true }).check(call({ token, scheme: 'Bearer' }));
    expect(reasonOf(strict)).toBe('proof_of_possession_missing');
  });

  it('ASAP-35: takes one proof once for several guards of one request', async () => {
    const gate = createGate({
      accept: callers.acceptors,
      clock,
      dpop: { baseUrl: BASE_URL, replay: createMemoryReplayStore({ clock }) },
    });
    const token = bound();
    const request = call({ token, proofs: [proofFor(token)], carrier: {} });
    expect(reasonOf(await gate.guard().check(request))).toBe('caller');
    expect(reasonOf(await gate.guard({ kinds: 'application' }).check(request))).toBe('caller');
  });

  it('O23: asks for a nonce, gives one, and takes it (RFC 9449 section 9)', async () => {
    const secret = importSecret({ algorithm: 'HS256', secret: SECRET });
    const guard = guardWith({ nonces: createDpopNonces({ secret, clock }) });
    const token = bound();
    const asked = await guard.check(call({ token, proofs: [proofFor(token)] }));
    expect(asked).toMatchObject({ reason: 'dpop_nonce_required', status: 401 });
    const nonce = asked.outcome === 'refused' ? (asked.headers['dpop-nonce'] ?? '') : '';
    expect(nonce).not.toBe('');
    const answered = await guard.check(call({ token, proofs: [proofFor(token, { nonce })] }));
    expect(reasonOf(answered)).toBe('caller');
  });

  it('judges the URL by what is configured, also where the request has an absolute one of another host', async () => {
    const token = bound();
    const url = 'http://10.0.0.7:8080/orders';
    const good = await guardWith().check(call({ token, proofs: [proofFor(token)], url }));
    expect(reasonOf(good)).toBe('caller');
    const forHost = await guardWith().check(call({ token, proofs: [proofFor(token, { url })], url }));
    expect(reasonOf(forHost)).toBe('dpop_proof_invalid');
  });

  it.each(['http://api.example.com/admin/../orders', 'http://api.example.com/./orders', '/admin/../orders'])(
    'O23: takes no proof for /orders where %s is called: dots are not resolved',
    async (url) => {
      const token = bound();
      const outcome = await guardWith().check(call({ token, proofs: [proofFor(token)], url }));
      expect(reasonOf(outcome)).toBe('dpop_proof_invalid');
    },
  );

  it.each(['*', '', 'api.example.com:443', 'http:'])(
    'O23, C18: a target without a path (%j) is one that no proof can name, and no failure of the gate',
    async (url) => {
      const token = bound();
      const outcome = await guardWith().check(call({ token, proofs: [proofFor(token)], url }));
      expect(outcome).toMatchObject({ reason: 'dpop_proof_invalid', status: 401 });
    },
  );

  it('names both schemes to whoever brings no credential', async () => {
    const outcome = await guardWith().check(requestWith());
    expect(outcome.outcome === 'refused' && outcome.headers['www-authenticate']).toMatch(
      /^Bearer realm="api", DPoP algs="[^"]*ES256/,
    );
  });

  it('refuses options that cannot be right, all together', () => {
    const problems = usageProblem(() =>
      createGate({ accept: callers.acceptors, dpop: { baseUrl: 'api', replay: {} as never } }),
    );
    expect(problems).toMatch(/baseUrl.*replay/);
  });

  it('O23: refuses a base URL with a query, behind which no path would count', () => {
    const dpop = { replay: createMemoryReplayStore({ clock }) };
    const problemWith = (baseUrl: string) =>
      usageProblem(() => createGate({ accept: callers.acceptors, dpop: { ...dpop, baseUrl } }));
    expect(problemWith(`${BASE_URL}/?v=1`)).toMatch(/baseUrl must not carry a query/);
    expect(problemWith(`${BASE_URL}/?`)).toMatch(/baseUrl must not carry a query/);
  });
});

describe('a gate that takes no proofs', () => {
  it('refuses every token that is bound to a key, under either scheme', async () => {
    const token = bound();
    const guard = guardWith(null);
    expect(reasonOf(await guard.check(call({ token, scheme: 'Bearer' })))).toBe(
      'proof_of_possession_missing',
    );
    expect(reasonOf(await guard.check(call({ token, proofs: [proofFor(token)] })))).toBe('token_missing');
  });
});
