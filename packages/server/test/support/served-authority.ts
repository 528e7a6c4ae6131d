/** A whole authority behind a socket, as a program has it that imports the package. By the clock of the machine: so are client libraries. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import {
  type Authority,
  type AuthorityOptions,
  type Client,
  type ClientSettings,
  createAuthority,
  type OutgoingMail,
} from '../../src/index.js';
import { freePort } from './free-port.js';
import { createRecordingLogger, type LogLine } from './recording-logger.js';

export const ADMIN_TOKEN = 'q3Rk/9+vLx0TzB7mWnE2uYpS5aHdGcJf';
/** Nobody listens there: what arrives is read from the redirect. */
export const REDIRECT_URI = 'https://client.example/cb';
export const API = 'https://api.example';
export const OTHER_API = 'https://other.example';

export interface RegisteredClient {
  readonly client: Client;
  readonly id: string;
  /** Empty where there is none. */
  readonly secret: string;
}

export interface ServedAuthority {
  readonly issuer: string;
  readonly authority: Authority;
  readonly lines: readonly LogLine[];
  /** Asks people for consent, and may have tokens for both APIs, unless the changes say otherwise. */
  createClient(changes?: Partial<ClientSettings>): Promise<RegisteredClient>;
  /** The next mail to this address. */
  nextMail(address: string): Promise<OutgoingMail>;
  stop(): Promise<void>;
}

/** @param options.path of the issuer, without a slash at its end */
export async function serveAuthority({
  path = '',
  ...options
}: { path?: string } & Partial<AuthorityOptions> = {}): Promise<ServedAuthority> {
  const port = await freePort();
  const { logger, lines } = createRecordingLogger();
  const post = createPost();
  const authority = await createAuthority({
    issuer: `http://localhost:${port}${path}`,
    masterKey: randomBytes(32),
    database: 'memory',
    mail: post.take,
    adminToken: ADMIN_TOKEN,
    mailsPerAddress: { limit: 1000, windowSeconds: 900 },
    mailsPerIp: { limit: 1000, windowSeconds: 900 },
    logger,
    ...options,
  });
  const server = createServer(authority.nodeListener);
  await new Promise<void>((resolve) => server.listen(port, resolve));
  authority.start();
  return {
    issuer: authority.issuer,
    authority,
    lines,
    async createClient(changes) {
      const { client, secret } = await authority.clients.create({ ...USUAL, ...changes });
      return { client, id: client.id, secret: secret ?? '' };
    },
    nextMail: post.next,
    async stop() {
      await authority.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const USUAL: Partial<ClientSettings> = {
  name: 'Paper Boats',
  redirectUris: [REDIRECT_URI],
  access: [
    { audience: API, scopes: ['read', 'write'] },
    { audience: OTHER_API, scopes: ['list'] },
  ],
};

function createPost() {
  const mails: OutgoingMail[] = [];
  const arrivals = new EventTarget();
  return {
    async take(mail: OutgoingMail): Promise<void> {
      mails.push(mail);
      arrivals.dispatchEvent(new Event('mail'));
    },
    async next(address: string): Promise<OutgoingMail> {
      for (;;) {
        const index = mails.findIndex(({ to }) => to === address);
        const [mail] = index < 0 ? [] : mails.splice(index, 1);
        if (mail !== undefined) return mail;
        await new Promise((resolve) => arrivals.addEventListener('mail', resolve, { once: true }));
      }
    },
  };
}
