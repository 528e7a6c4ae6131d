/** What is revoked at one process is refused by a gate that follows another, within two seconds. */
import { accessTokens, createGate, createRevocationFeed } from 'countersign/gate';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type AuthorityProcess, runCommand, temporaryFolder } from '../support/authority-process.js';
import { type GuardedApi, startGuardedApi } from '../support/guarded-api.js';
import { type MailCatcher, startMailCatcher } from '../support/mail-catcher.js';
import {
  API,
  type OauthReply,
  postAs,
  type RunningClient,
  redeemCode,
  refresh,
  registerClient,
  signIn,
  startAuthorities,
  takeCode,
} from '../support/running-oauth.js';

const BOUND_MS = 2000;
const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'];

/** Tokens of somebody who has just signed in, and what came before them. */
interface Granted {
  readonly email: string;
  readonly code: Parameters<typeof redeemCode>[2];
  readonly tokens: OauthReply['body'];
}

describe('O22: revocation reaches gates', () => {
  const folder = temporaryFolder();
  const environment = { COUNTERSIGN_DATA_FOLDER: folder.path };
  let processes: readonly AuthorityProcess[] = [];
  let mail: MailCatcher;
  let issuer: string;
  let client: RunningClient;
  let resourceServer: RunningClient;

  beforeAll(async () => {
    mail = await startMailCatcher();
    processes = await startAuthorities(2, { dataFolder: folder.path, mail });
    issuer = processes[0]?.url ?? '';
    client = registerClient(folder.path, ...GRANT_TYPES.flatMap((type) => ['--grant-type', type]));
    resourceServer = registerClient(folder.path, ...['--no-grant-type', '--introspects', API]);
  });

  afterAll(async () => {
    for (const authority of processes) await authority.stop();
    await mail?.close();
    folder.remove();
  });

  /** A resource server that follows the feed of the process that nothing is revoked at. */
  async function startApi(): Promise<GuardedApi> {
    const basic = Buffer.from(`${resourceServer.id}:${resourceServer.secret}`).toString('base64');
    const feed = createRevocationFeed({
      url: `${processes[1]?.url}/revocations`,
      authorization: `Basic ${basic}`,
    });
    onTestFinished(() => feed.close());
    const gate = createGate({
      accept: [accessTokens({ issuer, audience: API })],
      revocation: { source: feed, whenUnavailable: 'refuse' },
    });
    await gate.ready();
    return startGuardedApi(gate);
  }

  async function grant(email: string): Promise<Granted> {
    const code = await takeCode(await signIn(issuer, mail, email), issuer, client);
    return { email, code, tokens: (await redeemCode(client, issuer, code)).body };
  }

  /** How long it took until the API refused the token, from the moment it was asked for. */
  async function msUntilRefused(api: GuardedApi, token: string, revoke: () => unknown): Promise<number> {
    expect(await api.call(token)).toBe(200);
    await revoke();
    const revokedAt = performance.now();
    while ((await api.call(token)) === 200)
      if (performance.now() - revokedAt > 2 * BOUND_MS) throw new Error('it is never refused');
    expect(await api.call(token)).toBe(401);
    return performance.now() - revokedAt;
  }

  const revokeAtFirst = (token: unknown) =>
    postAs(client, `${issuer}/revoke`, { token: String(token) }).then(({ status }) =>
      expect(status).toBe(200),
    );

  it.each<[string, (granted: Granted) => unknown]>([
    ['O21: its access token', ({ tokens }) => revokeAtFirst(tokens['access_token'])],
    ['O21: its refresh token', ({ tokens }) => revokeAtFirst(tokens['refresh_token'])],
    ['O6: the code was used again', ({ code }) => redeemCode(client, issuer, code)],
    [
      'O15: its sessions were ended',
      ({ email }) => runCommand(['sessions', 'end', '--email', email], environment),
    ],
  ])('within two seconds: %s', async (what, revoke) => {
    const api = await startApi();
    const granted = await grant(`${what.replace(/\W+/g, '-')}@example.com`.toLowerCase());
    const bystander = (await postAs(client, `${issuer}/token`, { grant_type: 'client_credentials' })).body;
    const tookMs = await msUntilRefused(api, String(granted.tokens['access_token']), () => revoke(granted));
    expect(tookMs).toBeLessThan(BOUND_MS);
    expect(await api.call(String(bystander['access_token']))).toBe(200);
  });

  it('O21: a revoked access token takes nothing else with it', async () => {
    const api = await startApi();
    const { tokens } = await grant('others@example.com');
    await msUntilRefused(api, String(tokens['access_token']), () => revokeAtFirst(tokens['access_token']));
    const { body } = await refresh(client, issuer, String(tokens['refresh_token']));
    expect(await api.call(String(body['access_token']))).toBe(200);
  });

  it('O15: disabling a client refuses what it has, within two seconds', async () => {
    const api = await startApi();
    const { tokens } = await grant('disabled@example.com');
    const own = (await postAs(client, `${issuer}/token`, { grant_type: 'client_credentials' })).body;
    const disable = () => runCommand(['clients', 'update', client.id, '--disabled'], environment);
    expect(await msUntilRefused(api, String(tokens['access_token']), disable)).toBeLessThan(BOUND_MS);
    expect(await api.call(String(own['access_token']))).toBe(401);
    expect((await refresh(client, issuer, String(tokens['refresh_token']))).status).toBe(401);
  });
}, 60_000);
