/** The key repository of an authority elsewhere, over HTTP. */
import { withAsapFetch } from 'countersign/client';
import { isLoopbackHost } from '../domain/loopback-host.js';
import { CliUsageError, CommandFailure } from './describe-failure.js';
import { EXIT_CODES } from './exit-codes.js';
import { signerOf } from './signing-options.js';
import type { Terminal } from './terminal.js';
import { readSecretTextFile } from './text-files.js';

export interface RemoteOptions extends Readonly<Record<string, unknown>> {
  readonly url?: string;
  readonly adminTokenFile?: string;
  readonly service?: string;
  readonly keyDir?: string;
}

export interface KeyChange {
  readonly method: 'PUT' | 'DELETE';
  readonly kid: string;
  /** Of PUT. */
  readonly pem?: string;
}

type Fetch = (input: string | URL, init?: RequestInit) => Promise<Response>;

const TIMEOUT_MS = 15_000;

/**
 * Asks for the change as an administrator, with the token of COUNTERSIGN_ADMIN_TOKEN or the file, or as the service
 * itself, with a token signed by one of its keys; gives the status of the answer.
 *
 * @throws CliUsageError for options that do not add up
 * @throws CommandFailure with the authority's own code and words
 */
export async function changeRemoteKey(
  authority: string,
  { method, kid, pem }: KeyChange,
  options: RemoteOptions,
  terminal: Terminal,
): Promise<number> {
  const url = keyUrl(authority, kid);
  const send = authenticatedFetch(authority, options, terminal);
  const content =
    pem === undefined ? {} : { body: pem, headers: { 'content-type': 'application/x-pem-file' } };
  const init: RequestInit = {
    method,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...content,
  };
  let answer: Response;
  let body: string;
  try {
    answer = await send(url, init);
    body = await answer.text();
  } catch (error) {
    throw unreachable(error);
  }
  if (!answer.ok) throw refused(answer.status, body);
  return answer.status;
}

/** No segment of a key id can lead out of the repository: dots alone make none, and the rest is escaped. */
function keyUrl(authority: string, kid: string): URL {
  const base = authority.endsWith('/') ? authority : `${authority}/`;
  const path = `asap/${kid.split('/').map(encodeURIComponent).join('/')}`;
  const url = URL.canParse(path, base) ? new URL(path, base) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  if (url === undefined || !isSafe)
    throw new CliUsageError('--url must be the https URL of an authority, or http on this machine.');
  return url;
}

function authenticatedFetch(
  authority: string,
  { adminTokenFile, service, keyDir }: RemoteOptions,
  { environment }: Terminal,
): Fetch {
  if ((service === undefined) !== (keyDir === undefined))
    throw new CliUsageError('--service and --key-dir belong together.');
  if (service !== undefined && keyDir !== undefined) {
    const audience = authority.replace(/\/$/, '');
    return withAsapFetch({ signer: signerOf({ issuer: service, keyDir }), audience });
  }
  const token =
    adminTokenFile === undefined
      ? environment['COUNTERSIGN_ADMIN_TOKEN']
      : readSecretTextFile(adminTokenFile);
  if (token === undefined)
    throw new CliUsageError(
      'Say who is asking: COUNTERSIGN_ADMIN_TOKEN, --admin-token-file, or --service with --key-dir.',
    );
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token.trim()}`);
    return fetch(input, { ...init, headers });
  };
}

function refused(status: number, body: string): CommandFailure {
  const { code = `status_${status}`, message = 'The authority refused.' } = parseRefusal(body);
  return new CommandFailure(
    status >= 500 ? EXIT_CODES.unreachable : EXIT_CODES.refused,
    code,
    `${message} (${status})`,
  );
}

function parseRefusal(body: string): { code?: string; message?: string } {
  try {
    const { code, message }: { code?: unknown; message?: unknown } = JSON.parse(body);
    return typeof code === 'string' && typeof message === 'string' ? { code, message } : {};
  } catch {
    return {};
  }
}

function unreachable(error: unknown): unknown {
  const isOfFetch = error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError');
  if (!isOfFetch || 'problems' in error) return error;
  return new CommandFailure(
    EXIT_CODES.unreachable,
    'authority_unreachable',
    'The authority cannot be reached.',
  );
}
