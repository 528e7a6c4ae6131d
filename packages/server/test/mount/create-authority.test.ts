/** `createAuthority` of the package: what it opens, refuses, and leaves behind. */
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { UsageError } from 'countersign';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Authority, type AuthorityOptions, createAuthority } from '../../src/index.js';
import { createMailFunctionTransport } from '../../src/library/mail-function.js';
import { WrongMasterKeyError } from '../../src/services/vault.js';
import { temporaryFolder } from '../support/authority-process.js';
import { freePort } from '../support/free-port.js';
import { mountAuthority } from '../support/mounted-authority.js';
import { openRawConnection } from '../support/raw-connection.js';
import { createRecordingLogger, silentLogger } from '../support/recording-logger.js';
import { appSettings } from '../support/settings.js';

const ISSUER = 'http://localhost:3000/auth';
const CONNECTION = { remoteAddress: '192.0.2.1' };
const KEY = randomBytes(32);

function options(changes: Partial<AuthorityOptions> = {}): AuthorityOptions {
  return {
    issuer: ISSUER,
    masterKey: KEY,
    database: 'memory',
    mail: async () => {},
    logger: silentLogger,
    ...changes,
  };
}

async function create(changes: Partial<AuthorityOptions> = {}): Promise<Authority> {
  const authority = await createAuthority(options(changes));
  onTestFinished(() => authority.stop());
  return authority;
}

async function problemsOf(changes: object): Promise<readonly string[]> {
  const error = await createAuthority({ ...options(), ...changes }).then(
    (authority) => authority.stop(),
    (refused: unknown) => refused,
  );
  if (error === undefined) return [];
  expect(error).toBeInstanceOf(UsageError);
  return error instanceof UsageError ? error.problems : [];
}

const get = (authority: Authority, path: string) =>
  authority.fetch(new Request(`${new URL(authority.issuer).origin}${path}`), CONNECTION);

describe('the options', () => {
  it.each<[object, RegExp]>([
    [{ issuer: undefined }, /^issuer is required$/],
    [{ issuer: 'http://localhost:3000/auth?x' }, /^issuer must be written as/],
    [{ issuer: 'http://localhost:3000/a//b' }, /^issuer must have a path of letters/],
    [{ masterKey: 'changeme' }, /^masterKey must be 32 bytes/],
    [{ masterKey: '00'.repeat(32) }, /^masterKey repeats a pattern: it must be 32 random bytes/],
    [{ masterKey: new Uint8Array(32) }, /^masterKey .*repeats a pattern/],
    [{ database: '' }, /^database must be the path of a file/],
    [{ mail: 'smtp://localhost' }, /^mail must be \{ smtpUrl, from \}/],
    [{ mail: { smtpUrl: 'smtp://localhost' } }, /^mail must have the texts smtpUrl and from/],
    [{ mail: { smtpUrl: 'http://localhost', from: 'a@b.example' } }, /^mail has a smtpUrl that/],
    [{ mail: { smtpUrl: 'smtp://localhost', from: 'nobody' } }, /^mail has a sender/],
    [{ adminToken: 'short' }, /^adminToken must be 32 characters/],
    [{ trustedProxies: '10.0.0.1' }, /^trustedProxies must be a list/],
    [{ trustedProxies: ['0.0.0.0/0'] }, /^trustedProxies every entry must not be a network/],
    [{ allowedHosts: ['https://a.example'] }, /^allowedHosts every entry must be a host name/],
    [{ keyRotationSeconds: 3599 }, /^keyRotationSeconds must be null, or whole seconds/],
    [{ sessionLifetimeSeconds: 299 }, /^sessionLifetimeSeconds must be whole seconds/],
    [{ signingAlgorithm: 'HS256' }, /^signingAlgorithm must be one of ES256/],
    [{ mailsPerIp: { limit: 0, windowSeconds: 60 } }, /^mailsPerIp must be/],
    [{ logger: console.log }, /^logger must have the functions/],
    [{ isuer: ISSUER }, /^unknown option "isuer", did you mean "issuer"\?$/],
    [{ mail: 'mailbox', issuer: 'https://auth.example' }, /^mail "mailbox" shows every mail/],
    [{ mode: 'production', database: 'memory' }, /^database "memory" is for development/],
    [{ mode: 'production', database: 'x.db', mail: 'mailbox' }, /^mail "mailbox" is for development/],
    [
      { mode: 'production', database: 'x.db', issuer: 'http://auth.example' },
      /^issuer must begin with https/,
    ],
  ])('%j is refused', async (changes, problem) => {
    expect(await problemsOf(changes)).toEqual([expect.stringMatching(problem)]);
  });

  it('S6: are refused all together, and no value is repeated', async () => {
    const problems = await problemsOf({ adminToken: 'hunter2', masterKey: 'hunter3', mail: 'hunter4' });
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toMatch(/hunter/);
  });

  it.each<Partial<AuthorityOptions>>([
    { keyRotationSeconds: 3600, sessionLifetimeSeconds: 300 },
    { keyRotationSeconds: null, mail: { smtpUrl: 'smtp://localhost:1025', from: 'A <a@b.example>' } },
    { masterKey: KEY.toString('base64'), trustedProxies: ['10.0.0.0/8'], allowedHosts: ['A.example'] },
    { mail: 'mailbox' },
  ])('%j is taken', async (changes) => {
    expect(await problemsOf(changes)).toEqual([]);
  });

  describe('where NODE_ENV is production', () => {
    beforeEach(() => void vi.stubEnv('NODE_ENV', 'production'));
    afterEach(() => void vi.unstubAllEnvs());

    it('S9: are those of production, unless told otherwise, and then refused', async () => {
      expect(await problemsOf({})).toEqual([expect.stringContaining('database "memory"')]);
      expect(await problemsOf({ mode: 'development' })).toEqual([
        'mode development is refused where NODE_ENV is production',
      ]);
    });
  });
});

describe('the database', () => {
  const folder = temporaryFolder();
  afterEach(() => folder.remove());
  const database = join(folder.path, 'authority', 'countersign.db');

  it('S7: is made in development, for its owner only, and has everything again after a restart', async () => {
    const first = await createAuthority(options({ database }));
    const app = await first.apps.create(appSettings());
    await first.stop();
    expect(statSync(database).mode & 0o777).toBe(0o600);
    const second = await create({ database });
    expect((await second.apps.require(app.id)).name).toBe('Paper Boats');
    const key = randomBytes(32);
    await expect(createAuthority(options({ database, masterKey: key }))).rejects.toThrow(WrongMasterKeyError);
  });

  it('is not migrated in production unless it is asked for', async () => {
    const production = { database, mode: 'production', issuer: 'https://auth.example/auth' } as const;
    await expect(createAuthority(options(production))).rejects.toMatchObject({ reason: 'unmigrated' });
    expect(existsSync(database)).toBe(false);
    const authority = await create({ ...production, migrate: true });
    expect((await get(authority, '/auth/readyz')).status).toBe(200);
  });

  it('in memory is of one authority alone', async () => {
    const [one, other] = [await create(), await create()];
    const app = await one.apps.create(appSettings());
    await expect(other.apps.require(app.id)).rejects.toMatchObject({ code: 'unknown_app' });
  });
});

describe('fetch', () => {
  it('S18: wants to know the address of the client, by which it limits', async () => {
    const authority = await create();
    const request = new Request(`${ISSUER}/healthz`);
    await expect(authority.fetch(request)).rejects.toThrow('the address of the client is missing');
    // As a framework calls it that hands over something of its own.
    await expect(Reflect.apply(authority.fetch, null, [request, { params: {} }])).rejects.toThrow(UsageError);
    expect((await authority.fetch(request, { remoteAddress: undefined })).status).toBe(200);
  });

  it('S16: takes the address from the option, and nothing that is none', async () => {
    const { logger, lines } = createRecordingLogger();
    const authority = await create({ logger, clientIp: (request) => request.headers.get('x-real-ip') ?? '' });
    for (const address of ['203.0.113.5', 'x'.repeat(5000)])
      await authority.fetch(new Request(`${ISSUER}/healthz`, { headers: { 'x-real-ip': address } }));
    expect(lines.map(({ fields }) => fields['clientIp'])).toEqual(['203.0.113.5', 'unknown']);
  });

  it('M8: answers under the host of the issuer only', async () => {
    const authority = await create({ allowedHosts: ['Inside.example'] });
    const statusAt = async (origin: string) =>
      (await authority.fetch(new Request(`${origin}/auth/x`), CONNECTION)).status;
    expect(await statusAt('http://evil.example')).toBe(421);
    expect(await statusAt('http://localhost:3000')).toBe(404);
    expect(await statusAt('http://inside.example')).toBe(404);
  });

  it('at the root of a host everything is as ever', async () => {
    const authority = await create({ issuer: 'http://localhost:3000/' });
    expect(authority.issuer).toBe('http://localhost:3000');
    expect((await get(authority, '/readyz')).status).toBe(200);
    expect((await get(authority, '/auth/readyz')).status).toBe(404);
  });
});

describe('the listener for node:http', () => {
  it('S16: joins headers that came twice, whatever the server does with them', async () => {
    const start = async (authority: Authority, port: number) => {
      const server = createServer(authority.nodeListener);
      await new Promise<void>((resolve) => void server.listen(port, resolve));
      return { stop: async () => void server.close() };
    };
    const { issuer, lines } = await mountAuthority(start, { trustedProxies: ['127.0.0.1', '::1'] });
    const { port, host } = new URL(issuer);
    const connection = await openRawConnection(Number(port));
    const forwarded = ['X-Forwarded-For: 203.0.113.9', 'X-Forwarded-For: 198.51.100.7'];
    connection.write(
      ['GET /auth/healthz HTTP/1.1', `Host: ${host}`, ...forwarded, 'Connection: close', '', ''].join('\r\n'),
    );
    expect(await connection.untilClosed()).toContain('200 OK');
    expect(lines.at(-1)?.fields['clientIp']).toBe('198.51.100.7');
  });
});

describe('stopping', () => {
  it('S15: answers 503 from then on, twice is once, and the database is closed', async () => {
    const authority = await create();
    await Promise.all([authority.stop(), authority.stop()]);
    const response = await get(authority, '/auth/healthz');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    await expect(authority.apps.create(appSettings())).rejects.toThrow('The store is closed.');
  });

  it('S15: waits for the answer under way', async () => {
    const authority = await create();
    const app = await authority.apps.create(appSettings());
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const asking = authority.fetch(
      new Request(`${ISSUER}/${app.id}/authenticate`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: readable,
        duplex: 'half',
      }),
      CONNECTION,
    );
    const stopping = authority.stop();
    const writer = writable.getWriter();
    await writer.write(new TextEncoder().encode('{"email":"ada@example.com"}'));
    await writer.close();
    expect((await asking).status).toBe(200);
    await stopping;
  });
});

describe('a function that takes mails', () => {
  const mail = { to: 'ada@example.com', subject: 's', text: 't', html: 'h' };

  it('S6: keeps to itself what it rejects with, and says whether trying again can help', async () => {
    const rejectWith = (error: unknown) =>
      createMailFunctionTransport(async () => {
        throw error;
      })
        .send(mail)
        .then(
          () => undefined,
          (refused: unknown) => refused,
        );
    const refused = await rejectWith(new Error('no such mailbox: ada@example.com'));
    expect(refused).toMatchObject({ name: 'MailTransportError', code: 'EFUNCTION', permanent: false });
    expect(String(refused)).not.toContain('ada');
    expect(refused).not.toHaveProperty('cause');
    const permanent = Object.assign(new Error('no'), { permanent: true });
    expect(await rejectWith(permanent)).toMatchObject({ permanent: true });
  });
});

it('the default logger writes JSON lines to stderr', async () => {
  const lines: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  onTestFinished(() => write.mockRestore());
  const { logger: _, ...withoutLogger } = options();
  const authority = await createAuthority({
    ...withoutLogger,
    issuer: `http://localhost:${await freePort()}`,
  });
  await get(authority, '/healthz');
  await authority.stop();
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 'info', event: 'request', status: 200 });
});
