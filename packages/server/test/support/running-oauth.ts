/** Authorities in processes of their own, and who calls them over sockets: clients, and people who have signed in. */
import { createHash, randomBytes } from 'node:crypto';
import {
  type AuthorityProcess,
  type Environment,
  runCommand,
  startAuthorityProcess,
} from './authority-process.js';
import { freePort } from './free-port.js';
import type { MailCatcher } from './mail-catcher.js';
import { PageClient } from './page-client.js';

/** Nobody listens there: what arrives is read from the redirect. */
export const REDIRECT_URI = 'http://127.0.0.1:9/cb';
export const API = 'https://api.example';

/** So many equal processes on one data folder: one issuer, a port each. The first is the one that the issuer names. */
export async function startAuthorities(
  count: number,
  options: { dataFolder: string; mail: MailCatcher; environment?: Environment },
): Promise<readonly AuthorityProcess[]> {
  const issuer = `http://localhost:${await freePort()}`;
  const processes: AuthorityProcess[] = [];
  for (let index = 0; index < count; index += 1) {
    const port = index === 0 ? Number(new URL(issuer).port) : await freePort();
    const environment = {
      COUNTERSIGN_SMTP_URL: options.mail.smtpUrl,
      COUNTERSIGN_MAIL_FROM: 'no-reply@auth.example',
      COUNTERSIGN_ALLOWED_HOSTS: `localhost:${port}`,
      COUNTERSIGN_MAILS_PER_IP: '1000/1h',
      ...options.environment,
    };
    processes.push(
      await startAuthorityProcess({ dataFolder: options.dataFolder, port, issuer, environment }),
    );
  }
  return processes;
}

export interface RunningClient {
  readonly id: string;
  /** Null for public clients. */
  readonly secret: string | null;
}

/** Registers a client as its operator does. Nobody is asked for consent unless `--no-skip-consent` is among the options. */
export function registerClient(dataFolder: string, ...options: readonly string[]): RunningClient {
  const usual = ['--name', 'Paper Boats', '--redirect-uri', REDIRECT_URI, '--access', `${API} read write`];
  const printed = runCommand(['clients', 'create', ...usual, '--skip-consent', ...options, '--json'], {
    COUNTERSIGN_DATA_FOLDER: dataFolder,
  });
  const { id, secret } = JSON.parse(printed) as { id: string; secret: string | null };
  return { id, secret };
}

export interface OauthReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A form by a client, with its secret in the header. */
export async function postAs(
  { id, secret }: RunningClient,
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<OauthReply> {
  const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const response = await fetch(url, {
    method: 'POST',
    headers: secret === null ? {} : { authorization: basic },
    body: new URLSearchParams(secret === null ? { ...fields, client_id: id } : fields),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

/** A browser in which somebody has signed in to the authority, by a link from their mail. */
export async function signIn(
  issuer: string,
  mail: MailCatcher,
  address: string,
  browser = new PageClient(issuer),
): Promise<PageClient> {
  const asked = await browser.post(`${issuer}/login/sign-in`, { email: address, return: 'account' });
  await asked.arrayBuffer();
  const finished = await browser.finishWithLink((await mail.take(address)).link);
  if (finished.headers.get('location') !== `${issuer}/login/account`)
    throw new Error(`nobody is signed in: ${finished.status}`);
  return browser;
}

export interface RunningCode {
  readonly code: string;
  readonly verifier: string;
}

/** The query of an authorization request, and the verifier of its challenge (RFC 7636). */
export function authorizationQuery(
  client: RunningClient,
  changes: Readonly<Record<string, string>> = {},
): { readonly query: string; readonly verifier: string } {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'read',
    state: 'a state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  });
  return { query: query.toString(), verifier };
}

/** A code for somebody who is signed in and need not be asked. */
export async function takeCode(
  browser: PageClient,
  origin: string,
  client: RunningClient,
  changes: Readonly<Record<string, string>> = {},
): Promise<RunningCode> {
  const { query, verifier } = authorizationQuery(client, changes);
  const answer = await browser.get(`${origin}/authorize?${query}`);
  await answer.arrayBuffer();
  const code = new URL(answer.headers.get('location') ?? origin).searchParams.get('code');
  if (code === null) throw new Error(`no code: ${answer.status} ${answer.headers.get('location')}`);
  return { code, verifier };
}

export function redeemCode(client: RunningClient, origin: string, { code, verifier }: RunningCode) {
  return postAs(client, `${origin}/token`, {
    ...{ grant_type: 'authorization_code', redirect_uri: REDIRECT_URI },
    ...{ code, code_verifier: verifier },
  });
}

export function refresh(client: RunningClient, origin: string, refreshToken: string) {
  return postAs(client, `${origin}/token`, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

/** Whether the authority says of a token that it is good for something. */
export async function isActive(client: RunningClient, origin: string, token: unknown): Promise<boolean> {
  const { status, body } = await postAs(client, `${origin}/introspect`, { token: String(token) });
  if (status !== 200) throw new Error(`introspection answered ${status}`);
  return body['active'] === true;
}

/** So many at once, one after the other over the processes. */
export function atOnce<T>(
  count: number,
  processes: readonly AuthorityProcess[],
  work: (origin: string) => Promise<T>,
): Promise<readonly T[]> {
  const origins = processes.map(({ url }) => url);
  return Promise.all(
    Array.from({ length: count }, (_, index) => work(origins[index % origins.length] ?? '')),
  );
}

/** How often each outcome came: `{ '200': 1, 'invalid_grant': 49 }`. */
export function tally(replies: readonly OauthReply[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status, body } of replies) {
    const outcome = status === 400 ? String(body['error']) : String(status);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
