/** Where mail is handed over, as one URL: `smtps://user:password@mail.example.com`, `smtp://localhost:1025`. */
import { isIP } from 'node:net';
import { isLoopbackHost } from './loopback-host.js';
import { nearestName } from './nearest-name.js';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps:`). */
  readonly implicitTls: boolean;
  /** What to do about STARTTLS on an `smtp:` connection. */
  readonly startTls: 'required' | 'if_offered' | 'never';
  /** Name the server's certificate must carry, where it is not the host. */
  readonly tlsServerName: string | null;
  /** How this client names itself in EHLO; null leaves it to the mail library. */
  readonly clientName: string | null;
  /** Secret. */
  readonly credentials: { readonly user: string; readonly password: string } | null;
}

const OPTIONS = ['requireTLS', 'ignoreTLS', 'name', 'tls.servername'];
const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

/**
 * Parses an SMTP URL. Options in its query: `requireTLS=true`, `ignoreTLS=true`, `name`, `tls.servername`. There is
 * none to accept a wrong certificate: a private authority is named to Node by NODE_EXTRA_CA_CERTS. Credentials never
 * travel in the clear: with a user name STARTTLS is demanded unless the host is loopback or `ignoreTLS` says otherwise.
 *
 * @returns the parts, or sentences that quote nothing of the URL but option names, because it may hold a password
 */
export function parseSmtpUrl(
  text: string,
): { readonly server: SmtpServer; readonly problem?: undefined } | { readonly problem: string } {
  if (!URL.canParse(text)) return { problem: 'is no URL such as smtps://user:password@mail.example.com' };
  const url = new URL(text);
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')
    return { problem: 'must begin with smtp:// or smtps://' };
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0 && !HOST_NAME.test(host)) return { problem: 'names no mail server' };
  if ((url.pathname !== '' && url.pathname !== '/') || url.hash !== '')
    return { problem: 'must end after the host, the port and the options' };
  const credentials = decodeCredentials(url);
  if (credentials === undefined) return { problem: 'needs both a user name and a password, percent-encoded' };
  const problem = problemOfOptions(url.searchParams);
  if (problem !== undefined) return { problem };
  return { server: serverOf(url, host, credentials) };
}

function serverOf(url: URL, host: string, credentials: SmtpServer['credentials']): SmtpServer {
  const implicitTls = url.protocol === 'smtps:';
  const demanded =
    url.searchParams.get('requireTLS') === 'true' || (credentials !== null && !isLoopbackHost(host));
  const ignored = url.searchParams.get('ignoreTLS') === 'true';
  return {
    host,
    port: url.port === '' ? (implicitTls ? 465 : 587) : Number(url.port),
    implicitTls,
    startTls: ignored ? 'never' : demanded ? 'required' : 'if_offered',
    tlsServerName: url.searchParams.get('tls.servername'),
    clientName: url.searchParams.get('name'),
    credentials,
  };
}

/** Null: none given. Undefined: only half of them, or not percent-encoded. */
function decodeCredentials(url: URL): SmtpServer['credentials'] | undefined {
  if (url.username === '' && url.password === '') return null;
  if (url.username === '' || url.password === '') return undefined;
  try {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    return undefined;
  }
}

function problemOfOptions(options: URLSearchParams): string | undefined {
  for (const [name, value] of options) {
    if (!OPTIONS.includes(name))
      return `has an option that is not known; did you mean ${nearestName(name, OPTIONS)}? Known: ${OPTIONS.join(', ')}`;
    if (options.getAll(name).length > 1) return `has the option ${name} twice`;
    if (name.endsWith('TLS') && value !== 'true' && value !== 'false')
      return `has ${name} with another value than true or false`;
    if (!name.endsWith('TLS') && !HOST_NAME.test(value))
      return `has ${name} with something that is no host name`;
  }
  if (options.get('requireTLS') === 'true' && options.get('ignoreTLS') === 'true')
    return 'has both requireTLS and ignoreTLS';
  return undefined;
}
