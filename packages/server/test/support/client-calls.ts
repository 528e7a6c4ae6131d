/** Clients that prove who they are to an authority of the tests, over a real store and a clock that stands still. */
import { randomUUID } from 'node:crypto';
import {
  createJwsSigner,
  exportPublicJwk,
  type FetchFunction,
  generateKeyPair,
  type SigningKey,
} from 'countersign';
import { createTestClock, type TestClock } from 'countersign/testing';
import type { Client, ClientSettings } from '../../src/domain/oauth/client.js';
import type { Store } from '../../src/domain/stores.js';
import { toParameters } from '../../src/routes/oauth/read-parameters.js';
import { createClientAuthentication } from '../../src/services/oauth/clients/client-authentication.js';
import { type ClientService, createClientService } from '../../src/services/oauth/clients/client-service.js';
import { createMemoryRateLimits } from '../../src/store/memory/index.js';
import { clientSettings } from './client-settings.js';
import { createRecordingLogger, type LogLine } from './recording-logger.js';
import { ISSUER } from './request-handler.js';
import { openTemporaryStore } from './temporary-store.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface ClientCallParts {
  readonly authorization?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly clientIp?: string;
}

export interface ClientProcess {
  readonly clients: ClientService;
  readonly log: readonly LogLine[];
  /** The client, or the error that it is refused with. */
  authenticate(call: ClientCallParts): Promise<Client>;
}

export interface TestClients extends ClientProcess {
  readonly clock: TestClock;
  readonly store: Store;
  /** A client with these settings, and its secret where it has one. */
  create(changes?: Partial<ClientSettings>): Promise<{ client: Client; id: string; secret: string }>;
  /** As another process has it: its own connection, caches and limits. */
  startProcess(): Promise<ClientProcess>;
  close(): Promise<void>;
}

/** @param options.fetch in place of the guarded one */
export async function openTestClients(options: { fetch?: FetchFunction } = {}): Promise<TestClients> {
  const temporary = await openTemporaryStore();
  const clock = createTestClock(1_700_000_000);
  const others: Store[] = [];
  const own = createProcess(temporary.store, clock, options);
  return {
    ...own,
    clock,
    store: temporary.store,
    async create(changes) {
      const { client, secret } = await own.clients.create(clientSettings(changes));
      return { client, id: client.id, secret: secret ?? '' };
    },
    async startProcess() {
      const store = await temporary.openAgain();
      others.push(store);
      return createProcess(store, clock, options);
    },
    async close() {
      await Promise.all(others.map((store) => store.close()));
      await temporary.close();
    },
  };
}

function createProcess(store: Store, clock: TestClock, options: { fetch?: FetchFunction }): ClientProcess {
  const { logger, lines } = createRecordingLogger();
  const authentication = createClientAuthentication({
    ...{ store, clock, logger, issuer: ISSUER, ...options },
    rateLimits: createMemoryRateLimits(),
  });
  return {
    clients: createClientService({ store: store.oauth, clock, logger }),
    log: lines,
    authenticate: async ({ authorization, form = {}, clientIp = '192.0.2.1' }) =>
      authentication.authenticate({ authorization, form: toParameters(Object.entries(form)), clientIp }),
  };
}

export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

/** A key of a client, and the settings of a client that has it. */
export function aClientKey(algorithm: Parameters<typeof generateKeyPair>[0] = 'ES256') {
  const { privateKey, publicKey } = generateKeyPair(algorithm, { kid: 'k1' });
  const jwks = JSON.stringify({ keys: [exportPublicJwk(publicKey)] });
  return { privateKey, publicKey, settings: { authMethod: 'private_key_jwt', jwks } as const };
}

/** What an assertion says, good for a minute; `undefined` leaves a claim out. */
export function assertionClaims(clientId: string, nowSeconds: number, changes: Record<string, unknown> = {}) {
  return {
    iss: clientId,
    sub: clientId,
    aud: ISSUER,
    jti: randomUUID(),
    iat: nowSeconds,
    exp: nowSeconds + 60,
    ...changes,
  };
}

/** The form that brings an assertion of the client. `type` null leaves `typ` out. */
export function assertionForm(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>>,
  type: unknown = 'JWT',
): Readonly<Record<string, string>> {
  const signer = createJwsSigner({ key, header: type === null ? {} : { typ: type } });
  const assertion = signer.sign(Buffer.from(JSON.stringify(claims)));
  return { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
}
