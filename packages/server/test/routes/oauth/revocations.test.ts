import type { PublicKey } from 'countersign';
import { accessTokens, createGate, createRevocationFeed, type RevocationFeed } from 'countersign/gate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWebHandler } from '../../../src/http/web-handler.js';
import { addClient, type TestClient } from '../../support/oauth-clients.js';
import {
  claimsOf,
  getJson,
  issueCode,
  type OauthAuthority,
  openOauthAuthority,
  postForm,
} from '../../support/oauth-endpoints.js';
import { FEED_ADMIN_TOKEN, type OauthProcess } from '../../support/oauth-process.js';
import { ISSUER } from '../../support/request-handler.js';

let authority: OauthAuthority;
let api: TestClient;
const ADMIN = { authorization: `Bearer ${FEED_ADMIN_TOKEN}` };
const AUDIENCE = 'https://api.example';

beforeAll(async () => {
  authority = await openOauthAuthority();
  api = await addClient(authority.store, { introspects: [AUDIENCE] });
});
afterAll(() => authority.close());

const read = (headers: Record<string, string>, query = '') =>
  getJson(authority, `/revocations${query}`, { headers });

describe('GET /revocations', () => {
  it('is there for administrators and resource servers, and is never stored', async () => {
    for (const headers of [ADMIN, api.headers]) {
      const answer = await read(headers);
      expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
      expect(answer.json).toEqual({ cursor: expect.any(String), reset: true, more: false, revocations: [] });
    }
  });

  it('is there for nobody else', async () => {
    const ordinary = await addClient(authority.store);
    const refused = async (headers: Record<string, string>) => {
      const { status, json } = await read(headers);
      return [status, json['error']];
    };
    expect(await refused({})).toEqual([401, 'invalid_client']);
    expect(await refused({ authorization: 'Bearer guess' })).toEqual([401, 'invalid_token']);
    expect(await refused({ authorization: 'Basic bm86Ym9keQ==' })).toEqual([401, 'invalid_client']);
    expect(await refused(ordinary.headers)).toEqual([403, 'insufficient_scope']);
  });

  it.each(['wait=x', 'wait=-1', 'wait=1.5', 'wait=1&wait=2', 'wait=99999'])(
    'refuses the query %s',
    async (query) => {
      const { status, json } = await read(ADMIN, `?after=1&${query}`);
      expect([status, json['error']]).toEqual([400, 'invalid_request']);
    },
  );

  it('holds no answer back from whoever begins', async () => {
    expect((await read(ADMIN, '?wait=25')).status).toBe(200);
  });
});

/** A resource server whose gate follows the feed of one process, over the web-standard handler. */
async function openGate(followed: OauthProcess) {
  const handle = createWebHandler({ handler: followed.handler, clientIp: () => '192.0.2.9' });
  const fetch = (url: string, init: RequestInit) => handle(new Request(url, init));
  const source: RevocationFeed = createRevocationFeed({
    url: `${ISSUER}/revocations`,
    authorization: api.headers['authorization'] ?? '',
    fetch,
    clock: authority.clock,
  });
  const published = await followed.keys.verificationKeys();
  const keys = published.filter((key): key is PublicKey => key.kind === 'public');
  const gate = createGate({
    accept: [accessTokens({ issuer: ISSUER, audience: AUDIENCE, keys })],
    revocation: { source, whenUnavailable: 'refuse' },
    clock: authority.clock,
  });
  const guard = gate.guard();
  const statusOf = async (token: string) => {
    const headers = (name: string) => (name === 'authorization' ? [`Bearer ${token}`] : []);
    const outcome = await guard.check({ method: 'GET', url: '/', headers });
    return outcome.outcome === 'refused' ? `${outcome.status} ${outcome.reason}` : outcome.outcome;
  };
  return { statusOf, warmUp: () => source.warmUp(), close: () => source.close() };
}

/** How long until the gate lets the token in no more. */
async function secondsUntilRefused(statusOf: (token: string) => Promise<string>, token: string) {
  const startedAt = performance.now();
  for (;;) {
    const status = await statusOf(token);
    const seconds = (performance.now() - startedAt) / 1000;
    if (status === '401 token_revoked' || seconds > 5) return seconds;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a gate that follows the feed of another process', () => {
  it('O22: refuses within two seconds what was revoked, be it a token, a grant or a reused code', async () => {
    const other = await authority.startProcess();
    const gate = await openGate(other);
    const client = await addClient(authority.store);
    const newTokens = async () => {
      const access = { scopes: ['read'], audiences: [AUDIENCE] };
      const { form } = await issueCode(authority.store, client, { access });
      const { json } = await postForm(authority, '/token', form, { headers: client.headers });
      return { form, token: String(json['access_token']), refresh: String(json['refresh_token']) };
    };
    const revoke = (token: string) => postForm(authority, '/revoke', { token }, { headers: client.headers });
    const families = [await newTokens(), await newTokens(), await newTokens(), await newTokens()] as const;
    const [byToken, byGrant, byReuse, kept] = families;
    await gate.warmUp();
    for (const { token } of families) expect(await gate.statusOf(token)).toBe('caller');

    await revoke(byToken.token);
    expect(await secondsUntilRefused(gate.statusOf, byToken.token)).toBeLessThan(2);
    await revoke(byGrant.refresh);
    expect(await secondsUntilRefused(gate.statusOf, byGrant.token)).toBeLessThan(2);
    await postForm(authority, '/token', byReuse.form, { headers: client.headers });
    expect(await secondsUntilRefused(gate.statusOf, byReuse.token)).toBeLessThan(2);
    expect(await gate.statusOf(kept.token)).toBe('caller');
    expect(claimsOf(kept.token)['grant_id']).toBeDefined();

    gate.close();
    other.feed.stop();
  });
});
