import { randomBytes } from 'node:crypto';
import { createTestClock, type TestClock } from 'countersign/testing';
import type { App, SigningAlgorithm } from '../../src/domain/app.js';
import type { Client } from '../../src/domain/oauth/client.js';
import type { Authentication } from '../../src/domain/oauth/grant.js';
import type { Store } from '../../src/domain/stores.js';
import { type AppService, createAppService } from '../../src/services/app-service.js';
import { ensureAuthorityApp } from '../../src/services/oauth/authority-app.js';
import { createAuthorityKeys, type ManagedAuthorityKeys } from '../../src/services/oauth/authority-keys.js';
import { createKeyRotationWorker } from '../../src/services/oauth/key-rotation-worker.js';
import type { AccessTokenRequest, TokenIssuer, TokenJudge } from '../../src/services/oauth/oauth-services.js';
import { createTokenIssuer } from '../../src/services/oauth/tokens/token-issuer.js';
import { createTokenJudge } from '../../src/services/oauth/tokens/token-judge.js';
import { createVault, type Vault } from '../../src/services/vault.js';
import { aClient, aSession, authenticationOf } from './oauth-rows.js';
import { createRecordingLogger, type LogLine } from './recording-logger.js';
import { ISSUER } from './request-handler.js';
import { NOW } from './store-rows.js';
import { openTemporaryStore } from './temporary-store.js';

/** The keys and tokens of one process of an authority, over its own connection to the store. */
export interface TokenProcess {
  readonly store: Store;
  readonly apps: AppService;
  readonly keys: ManagedAuthorityKeys;
  readonly tokens: TokenIssuer;
  readonly judge: TokenJudge;
  readonly log: readonly LogLine[];
  /** What a process does when it begins. */
  ensureApp(signingAlgorithm?: SigningAlgorithm): Promise<App>;
  /** What its worker does each minute. */
  rotateDue(rotateAfterSeconds: number | null): Promise<void>;
}

export interface TokenAuthority extends TokenProcess {
  readonly clock: TestClock;
  readonly vault: Vault;
  /** As another process would be: its own connection and its own caches; the same master key and the same clock. */
  startProcess(): Promise<TokenProcess>;
  close(): Promise<void>;
}

/** A real SQLite store, a clock that stands still, and the keys of the authority, whose app is there. */
export async function openTokenAuthority(signingAlgorithm?: SigningAlgorithm): Promise<TokenAuthority> {
  const temporary = await openTemporaryStore();
  const clock = createTestClock(NOW);
  const vault = createVault(randomBytes(32));
  const process = createProcess(temporary.store, vault, clock);
  const others: Store[] = [];
  await process.ensureApp(signingAlgorithm);
  return {
    ...process,
    clock,
    vault,
    async startProcess() {
      const store = await temporary.openAgain();
      others.push(store);
      return createProcess(store, vault, clock);
    },
    async close() {
      await Promise.all(others.map((store) => store.close()));
      await temporary.close();
    },
  };
}

function createProcess(store: Store, vault: Vault, clock: TestClock): TokenProcess {
  const { logger, lines } = createRecordingLogger();
  const keys = createAuthorityKeys({ store, vault, clock, logger });
  const clients = {
    async find(id: string): Promise<Client | undefined> {
      const found = await store.oauth.clients.find(id, clock());
      return found === undefined || found.client.disabled ? undefined : found.client;
    },
  };
  return {
    store,
    apps: createAppService({ store, vault, clock }),
    keys,
    tokens: createTokenIssuer({ keys, clock, issuer: ISSUER }),
    judge: createTokenJudge({ keys, clients, store, clock, issuer: ISSUER }),
    log: lines,
    ensureApp: (signingAlgorithm = 'ES256') =>
      ensureAuthorityApp({ store, vault, clock, issuer: ISSUER, settings: { signingAlgorithm } }),
    rotateDue: (rotateAfterSeconds) =>
      createKeyRotationWorker({ store, vault, clock, logger, rotateAfterSeconds }).rotateDue(),
  };
}

/** Ada, who has signed in by mail at NOW. */
export const ADA: Authentication = authenticationOf(
  aSession({ id: '7a0f6f1e-4d3b-4c0a-9c39-0a5b8f6f2f11', appId: 'authority', email: 'ada@example.com' }),
);

/** For one client acting for itself. */
export function anAccessTokenRequest(changes: Partial<AccessTokenRequest> = {}): AccessTokenRequest {
  const { client = aClient() } = changes;
  return {
    client,
    subject: client.id,
    access: { scopes: ['read'], audiences: ['https://api.example'] },
    grantId: null,
    authentication: null,
    dpopJkt: null,
    ...changes,
  };
}

/** Header and claims, for looking at what was signed. */
export function partsOf(token: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header, claims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  return { header: JSON.parse(header ?? ''), claims: JSON.parse(claims ?? '') };
}

/** `state kid` of every key of the authority. */
export async function keyStates(keys: ManagedAuthorityKeys): Promise<readonly string[]> {
  return (await keys.list()).map(({ state, kid }) => `${state} ${kid}`);
}
