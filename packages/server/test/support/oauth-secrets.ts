/** One round through everything that OAuth has, right and wrong, with every secret of it kept in a ledger. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createJwtSigner,
  exportPrivatePem,
  exportPublicJwk,
  generateKeyPair,
  type PrivateKey,
} from 'countersign';
import { createDpopSigner, generateDpopKey } from 'countersign/dpop';
import { runCommand } from './authority-process.js';
import type { PageClient } from './page-client.js';
import { hiddenFields } from './page-visitor.js';
import {
  API,
  authorizationQuery,
  REDIRECT_URI,
  type RunningClient,
  registerClient,
  takeCode,
} from './running-oauth.js';
import type { Answer, SecretLedger } from './secret-ledger.js';

export interface Round {
  readonly ledger: SecretLedger;
  readonly issuer: string;
  readonly dataFolder: string;
  /** In which somebody is signed in. */
  readonly browser: PageClient;
  readonly adminToken: string;
}

const GRANT = 'urn:ietf:params:oauth:grant-type:';
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const grantTypes = (...types: readonly string[]) => types.flatMap((type) => ['--grant-type', type]);

/** A client whose secret is in the ledger, alone and as the header has it. */
export function aClient({ ledger, dataFolder }: Round, ...options: readonly string[]): RunningClient {
  const client = registerClient(dataFolder, ...options);
  if (client.secret !== null) ledger.keep('client secret', client.secret);
  if (client.secret !== null) ledger.keep('basic credentials', basicOf(client).slice('Basic '.length));
  return client;
}

const basicOf = ({ id, secret }: RunningClient) =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

function tokenAs(
  round: Round,
  client: RunningClient,
  fields: Readonly<Record<string, string>>,
): Promise<Answer> {
  return round.ledger.post(`${round.issuer}/token`, fields, { authorization: basicOf(client) });
}

function keepTokens({ ledger }: Round, answer: Answer) {
  const accessToken = ledger.keepJwt('access token', answer.member('access_token'));
  const refreshToken = ledger.keep('refresh token', answer.member('refresh_token'));
  return { accessToken, refreshToken };
}

async function aCode({ ledger, issuer, browser }: Round, client: RunningClient, scope: string) {
  const { code, verifier } = await takeCode(browser, issuer, client, { scope });
  return { code: ledger.keep('code', code), code_verifier: ledger.keep('verifier', verifier) };
}

/** Code, tokens, their uses and their reuse; a code that nobody redeems. */
export async function useCodesAndTokens(round: Round): Promise<void> {
  const { ledger, issuer } = round;
  const client = aClient(
    round,
    ...grantTypes('authorization_code', 'refresh_token', 'token-exchange'),
    ...['--introspects', API],
  );
  const authorization = basicOf(client);
  const proof = await aCode(round, client, 'openid email offline_access read');
  const redemption = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI, ...proof };
  await tokenAs(round, client, { ...redemption, code_verifier: 'x'.repeat(43) });
  const answer = await tokenAs(round, client, redemption);
  const { accessToken, refreshToken } = keepTokens(round, answer);
  const idToken = ledger.keepJwt('ID token', answer.member('id_token'));
  for (const token of [accessToken, refreshToken, idToken, `${accessToken}x`])
    await ledger.post(`${issuer}/introspect`, { token }, { authorization });
  await ledger.ask(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${accessToken}x` } });
  const exchanged = await tokenAs(round, client, {
    grant_type: `${GRANT}token-exchange`,
    subject_token: accessToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
  ledger.keepJwt('exchanged token', exchanged.member('access_token'));
  await tokenAs(round, client, {
    grant_type: `${GRANT}token-exchange`,
    subject_token: idToken,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
  const refreshing = { grant_type: 'refresh_token', refresh_token: refreshToken };
  const second = keepTokens(round, await tokenAs(round, client, refreshing));
  await tokenAs(round, client, { ...refreshing, refresh_token: second.refreshToken });
  await tokenAs(round, client, refreshing); // Its grandparent: the family dies.
  await ledger.post(`${issuer}/revoke`, { token: second.accessToken }, { authorization });
  await tokenAs(round, client, redemption);
  await ledger.ask(`${issuer}/end_session?${new URLSearchParams({ id_token_hint: idToken, state: 'x' })}`);
  await ledger.ask(
    `${issuer}/end_session?${new URLSearchParams({ id_token_hint: `${idToken}x`, client_id: 'x' })}`,
  );
  await aCode(round, client, 'read');
}

/** Secrets where they do not belong: queries, paths, bodies of other kinds, twice in one form. */
export async function misplaceSecrets(round: Round): Promise<void> {
  const { ledger, issuer } = round;
  const client = aClient(round, '--auth-method', 'client_secret_post');
  const secret = client.secret ?? '';
  const { code, code_verifier } = await aCode(round, client, 'read');
  const query = new URLSearchParams({ client_id: client.id, client_secret: secret, code, code_verifier });
  for (const path of [
    '/token',
    '/nowhere',
    `/${code}/link`,
    '/userinfo',
    '/authorize',
    '/login/link',
    '/consent',
  ])
    await ledger.ask(`${issuer}${path}?${query}`);
  for (const path of ['/token', '/introspect', '/revoke', '/par', '/device_authorization']) {
    const contentTypes = ['application/json', 'application/x-www-form-urlencoded', 'text/plain'];
    for (const contentType of contentTypes)
      await ledger.ask(`${issuer}${path}`, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: `${query}&${query}`,
      });
    await ledger.post(`${issuer}${path}`, { client_id: client.id, client_secret: `${secret}x`, token: code });
    await ledger.post(
      `${issuer}${path}`,
      { [secret]: code, grant_type: secret },
      { authorization: `Basic ${secret}` },
    );
  }
  const hidden = { 'x-request-id': secret, 'user-agent': secret, referer: `https://x.example/?${query}` };
  await ledger.ask(`${issuer}/userinfo`, { headers: { ...hidden, authorization: `Bearer ${secret}` } });
}

/** Pushed requests of a client that sends its secret in the form: one is used, one is not (RFC 9126). */
export async function pushRequests(round: Round): Promise<void> {
  const { ledger, issuer, browser } = round;
  const client = aClient(round, '--auth-method', 'client_secret_post', '--no-skip-consent');
  const push = async () => {
    const { query, verifier } = authorizationQuery(client);
    ledger.keep('verifier', verifier);
    const fields = { ...Object.fromEntries(new URLSearchParams(query)), client_secret: client.secret ?? '' };
    const requestUri = (await ledger.post(`${issuer}/par`, fields)).member('request_uri');
    ledger.keep('request_uri', requestUri.split(':').at(-1));
    return requestUri;
  };
  await push();
  const used = new URLSearchParams({ client_id: client.id, request_uri: await push() });
  const asked = await browser.get(`${issuer}/authorize?${used}`);
  const location = new URL(asked.headers.get('location') ?? '', issuer);
  ledger.keep('transaction', location.searchParams.get('transaction') ?? undefined);
  const fields = hiddenFields(await (await browser.get(location.href)).text());
  ledger.keep('nonce of the consent page', fields['nonce']);
  const allowed = await browser.post(`${issuer}/consent`, { ...fields, action: 'allow' });
  ledger.keep('code', new URL(allowed.headers.get('location') ?? '').searchParams.get('code') ?? undefined);
  await ledger.ask(`${issuer}/authorize?${used}`);
  await ledger.post(`${issuer}/consent`, { ...fields, action: 'allow' });
}

/** A device that gets its tokens, and one that still waits (RFC 8628). */
export async function connectDevices(round: Round): Promise<void> {
  const { ledger, issuer, browser } = round;
  const client = aClient(round, ...grantTypes('device_code', 'refresh_token'));
  const begin = async () => {
    const begun = await ledger.post(
      `${issuer}/device_authorization`,
      { scope: 'read' },
      { authorization: basicOf(client) },
    );
    const userCode = ledger.keep('user code', begun.member('user_code'));
    ledger.keep('user code without its hyphen', userCode.replace('-', ''));
    return { userCode, deviceCode: ledger.keep('device code', begun.member('device_code')) };
  };
  const poll = (deviceCode: string) =>
    tokenAs(round, client, { grant_type: `${GRANT}device_code`, device_code: deviceCode });
  await poll((await begin()).deviceCode);
  const { userCode, deviceCode } = await begin();
  const page = await browser.post(`${issuer}/device`, { user_code: userCode });
  const { nonce = '' } = hiddenFields(await page.text());
  await browser.post(`${issuer}/device`, { user_code: userCode, nonce, action: 'connect' });
  keepTokens(round, await poll(deviceCode));
  await poll(deviceCode);
}

/** Clients with keys: assertions, proofs, and tokens of services, each also where it is refused. */
export async function useKeys(round: Round): Promise<void> {
  const { ledger, issuer, dataFolder } = round;
  const { privateKey, publicKey } = generateKeyPair('ES256', { kid: 'billing/1' });
  keepKey(round, privateKey);
  const jwksFile = join(dataFolder, 'client-jwks.json');
  writeFileSync(jwksFile, JSON.stringify({ keys: [exportPublicJwk(publicKey)] }));
  const client = aClient(
    round,
    ...grantTypes('client_credentials'),
    ...['--auth-method', 'private_key_jwt', '--jwks-file', jwksFile],
  );
  const assertionOf = (audience: string) =>
    ledger.keepJwt(
      'client assertion',
      createJwtSigner({
        key: privateKey,
        type: 'JWT',
        issuer: client.id,
        audience,
        lifetimeSeconds: 60,
      }).sign({
        sub: client.id,
        jti: randomUUID(),
      }),
    );
  const dpopKey = generateDpopKey();
  keepKey(round, dpopKey);
  const prover = createDpopSigner({ key: dpopKey });
  const fields = { grant_type: 'client_credentials', client_assertion_type: ASSERTION_TYPE };
  const proof = ledger.keepJwt('proof', prover.sign({ method: 'POST', url: `${issuer}/token` }));
  const assertion = assertionOf(issuer);
  const bound = await ledger.post(
    `${issuer}/token`,
    { ...fields, client_assertion: assertion },
    { dpop: proof },
  );
  const token = ledger.keepJwt('bound token', bound.member('access_token'));
  for (const used of [assertion, assertionOf('https://other.example')])
    await ledger.post(`${issuer}/token`, { ...fields, client_assertion: used });
  await ledger.post(`${issuer}/token`, { ...fields, client_assertion: assertionOf(issuer) }, { dpop: proof });
  for (const scheme of ['DPoP', 'Bearer'])
    await ledger.ask(`${issuer}/userinfo`, { headers: { authorization: `${scheme} ${token}`, dpop: proof } });
}

/** A token of a service, for one of ours (RFC 7523). */
export async function tradeAssertions(round: Round): Promise<void> {
  const { ledger, issuer, dataFolder } = round;
  const environment = { COUNTERSIGN_DATA_FOLDER: dataFolder };
  const keys = join(dataFolder, 'service-keys');
  runCommand(['keys', 'generate', '--issuer', 'billing', '--name', '1', '--out', keys], environment);
  runCommand(['keys', 'publish', 'billing/1.pem', '--file', join(keys, 'billing', '1.pub')], environment);
  aClient(round, ...grantTypes('jwt-bearer'), '--asap-issuer', 'billing');
  const asap = ['token', 'asap', '--issuer', 'billing', '--key-dir', keys, '--audience', issuer];
  const assertion = ledger.keepJwt('ASAP token', runCommand(asap, {}).trim());
  const fields = { grant_type: `${GRANT}jwt-bearer`, assertion };
  const traded = await ledger.post(`${issuer}/token`, fields);
  ledger.keepJwt('traded token', traded.member('access_token'));
  await ledger.post(`${issuer}/token`, fields);
}

/** What an administrator does over HTTP and by commands. */
export async function manageClients(round: Round): Promise<void> {
  const { ledger, issuer, dataFolder, adminToken } = round;
  const metadata = JSON.stringify({ client_name: 'Shop', redirect_uris: [REDIRECT_URI] });
  const register = (authorization: string, body: string) =>
    ledger.ask(`${issuer}/register`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body,
    });
  const registered = await register(`Bearer ${adminToken}`, metadata);
  ledger.keep('registered secret', registered.member('client_secret'));
  await register(`Bearer ${adminToken}x`, metadata);
  await register(
    `Bearer ${adminToken}`,
    JSON.stringify({ redirect_uris: [adminToken], client_secret: adminToken }),
  );
  await ledger.ask(`${issuer}/revocations`, { headers: { authorization: `Bearer ${adminToken}x` } });
  const rotated = runCommand(['clients', 'rotate-secret', registered.member('client_id'), '--json'], {
    COUNTERSIGN_DATA_FOLDER: dataFolder,
  });
  ledger.keep('rotated secret', JSON.parse(rotated).secret);
}

function keepKey({ ledger }: Round, key: PrivateKey): void {
  const [, line] = exportPrivatePem(key).split('\n');
  ledger.keep('private key', line);
}
