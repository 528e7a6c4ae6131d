import { describe, expect, it } from 'vitest';
import { accessTokens } from '../../src/gate/acceptors/access-tokens.js';
import { asap } from '../../src/gate/acceptors/asap.js';
import { createGate } from '../../src/gate/create-gate.js';
import type { TableRoute } from '../../src/gate/rules/route-table.js';
import { createRouteTable } from '../../src/gate/rules/route-table.js';
import { createTableGuard } from '../../src/gate/rules/table-guard.js';
import { NOW } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';
import { AUDIENCE, KEY_ID, keyPairWithId, tokenWith } from '../tokens/asap/support/services.js';
import { requestWith } from './support/gate-requests.js';

const outcomes: string[] = [];
const keys = keyPairWithId(KEY_ID).publicKey;
const gate = createGate({
  accept: [
    asap({ audience: AUDIENCE, issuers: null, keys }),
    accessTokens({ issuer: 'https://login.example', audience: AUDIENCE, keys }), // who may write has one of these
  ],
  clock: () => NOW,
  onOutcome: ({ reason }) => outcomes.push(reason ?? 'caller'),
});
const guard = createTableGuard(
  gate,
  createRouteTable([
    { methods: 'GET', path: '/orders' },
    { methods: 'POST', path: '/orders', scopes: 'write' },
    { methods: 'GET', path: '/public/*rest', mode: 'optional' },
  ]),
);

const TOKEN = `Bearer ${tokenWith()}`;

/** The reason, or what came of it. */
async function ask(method: string, url: string, authorization?: string): Promise<string> {
  const fields = authorization === undefined ? [] : [['Authorization', authorization] as const];
  const outcome = await guard.check(requestWith({ method, url, fields }));
  return outcome.outcome === 'caller' ? 'caller' : `${outcome.outcome}: ${outcome.reason}`;
}

describe('the guard of a route table', () => {
  it('C16: judges each request by the rules of its entry', async () => {
    expect(await ask('GET', '/orders?page=2', TOKEN)).toBe('caller');
    expect(await ask('HEAD', 'http://api.example/orders', TOKEN)).toBe('caller');
    expect(await ask('POST', '/orders', TOKEN)).toBe('refused: insufficient_scope');
    expect(await ask('GET', '/orders')).toBe('refused: token_missing');
    expect(await ask('GET', '/public/logo.svg')).toBe('anonymous: token_missing');
  });

  it.each([
    ['GET', '/admin'],
    ['PUT', '/orders'],
    ['get', '/orders'],
    ['GET', '/orders/'],
    ['GET', '/public/../orders'],
    ['GET', '/public/%2e%2e/orders'],
    ['GET', '/public//orders'],
  ])('C16: refuses everything else, with a token and without: %s %s', async (method, url) => {
    for (const authorization of [undefined, TOKEN, 'Bearer', 'Bearer x.y.z']) {
      expect(await ask(method, url, authorization)).toBe('refused: no_route');
    }
  });

  it('C16: answers 403 without a challenge, and tells whoever observes the gate', () => {
    outcomes.length = 0;
    expect(guard.check(requestWith({ url: '/admin' }))).toMatchObject({
      status: 403,
      headers: { 'cache-control': 'no-store', vary: 'Authorization' },
      body: '{"error":"access_denied","error_description":"Nobody may call this here.","code":"no_route"}',
    });
    expect(guard.check(requestWith({ url: '/admin' }))).not.toHaveProperty('headers.www-authenticate');
    expect(outcomes).toEqual(['no_route', 'no_route']);
    expect(guard.vary).toBe('Authorization');
  });

  it('is refused with every problem of the rules, each with its route', () => {
    const table = createRouteTable([
      { methods: ['GET', 'POST'], path: '/a', level: 9 },
      { methods: 'GET', path: '/b', scope: 'a' } as TableRoute,
      { methods: 'GET', path: '/c', kinds: 'person' },
    ]);
    expect(usageProblem(() => createTableGuard(gate, table))).toMatch(
      /: GET, POST \/a: level must be .*; GET \/b: unknown option "scope".*; GET \/c: kinds: the gate accepts no/,
    );
  });
});
