/** Opens what commands work on. The only place that knows which store and which mail transport there are. */
import { join } from 'node:path';
import { systemClock } from 'countersign';
import {
  type Configuration,
  createLogger,
  loadConfiguration,
  loadStorageSettings,
  openDevelopmentMasterKey,
  type Settings,
} from '../config/index.js';
import type { Logger } from '../domain/logger.js';
import type { Store } from '../domain/stores.js';
import { type AppService, createAppService } from '../services/app-service.js';
import { createKeyRepository, type KeyRepository } from '../services/key-repository.js';
import { type ClientService, createClientService } from '../services/oauth/clients/client-service.js';
import { assertMasterKey, createVault } from '../services/vault.js';
import { migrateSqlite, openSqliteStore } from '../store/sqlite/index.js';
import type { Cli } from './cli.js';
import { sourcesOf } from './setting-options.js';
import type { Terminal } from './terminal.js';

export function databaseFileOf(settings: Pick<Settings, 'dataFolder'>): string {
  return join(settings.dataFolder, 'countersign.db');
}

/** Lines for people where people read stderr, JSON where a program does. */
export function createStderrLogger(settings: Pick<Settings, 'logLevel'>, terminal: Terminal): Logger {
  return createLogger({
    level: settings.logLevel,
    format: terminal.isErrorRead ? 'text' : 'json',
    write: terminal.writeError,
    clock: systemClock,
  });
}

/** The given key, or the one that development mode makes for itself. */
export function masterKeyOf({ settings, secrets }: Configuration): Uint8Array {
  return secrets.masterKey ?? openDevelopmentMasterKey(settings.dataFolder);
}

/** Development migrates by itself; production waits for somebody to decide, because older programs may still run. */
export async function openStore(
  settings: Pick<Settings, 'mode' | 'dataFolder'>,
  logger: Logger,
): Promise<Store> {
  const file = databaseFileOf(settings);
  if (settings.mode === 'development') await migrateSqlite({ file });
  return openSqliteStore({ file, logger });
}

/** Runs the work of one `apps` command on the store and closes it again. */
export async function withApps<T>(
  options: Readonly<Record<string, unknown>>,
  { terminal }: Cli,
  work: (apps: AppService, settings: Settings) => Promise<T>,
): Promise<T> {
  const configuration = loadConfiguration(sourcesOf(options, terminal));
  const { settings } = configuration;
  const vault = createVault(masterKeyOf(configuration));
  const store = await openStore(settings, createStderrLogger(settings, terminal));
  try {
    await assertMasterKey(vault, store.settings);
    return await work(createAppService({ store, vault, clock: systemClock }), settings);
  } finally {
    await store.close();
  }
}

/** Runs the work of one `keys` command on the store and closes it again. Published keys are no secret: no master key. */
export async function withKeys<T>(
  options: Readonly<Record<string, unknown>>,
  cli: Cli,
  work: (keys: KeyRepository) => Promise<T>,
): Promise<T> {
  return withStore(options, cli, (store, logger) =>
    work(createKeyRepository({ store, clock: systemClock, logger })),
  );
}

/** Runs the work of one `clients` command on the store and closes it again. Of secrets it holds hashes: no master key. */
export async function withClients<T>(
  options: Readonly<Record<string, unknown>>,
  cli: Cli,
  work: (clients: ClientService) => Promise<T>,
): Promise<T> {
  return withStore(options, cli, ({ oauth }, logger) =>
    work(createClientService({ store: oauth, clock: systemClock, logger })),
  );
}

/** Runs work on the store that needs no master key, and closes the store again. */
export async function withStore<T>(
  options: Readonly<Record<string, unknown>>,
  { terminal }: Cli,
  work: (store: Store, logger: Logger) => Promise<T>,
): Promise<T> {
  const settings = loadStorageSettings(sourcesOf(options, terminal));
  // What was done is what the command prints: the log need not say it too.
  const logLevel = settings.logLevel === 'info' ? 'warn' : settings.logLevel;
  const logger = createStderrLogger({ logLevel }, terminal);
  const store = await openStore(settings, logger);
  try {
    return await work(store, logger);
  } finally {
    await store.close();
  }
}
