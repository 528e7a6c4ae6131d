import { systemClock } from 'countersign';
import { loadConfiguration } from '../config/index.js';
import { createAuthorityKeys, type ManagedAuthorityKeys } from '../services/oauth/authority-keys.js';
import { assertMasterKey, createVault } from '../services/vault.js';
import type { Cli } from './cli.js';
import { createStderrLogger, masterKeyOf, openStore } from './open-authority.js';
import { sourcesOf } from './setting-options.js';

/** Runs the work of one `keys authority` command on the store and closes it again. */
export async function withAuthorityKeys<T>(
  options: Readonly<Record<string, unknown>>,
  { terminal }: Cli,
  work: (keys: ManagedAuthorityKeys) => Promise<T>,
): Promise<T> {
  const configuration = loadConfiguration(sourcesOf(options, terminal));
  const { settings } = configuration;
  const vault = createVault(masterKeyOf(configuration));
  // What was done is what the command prints: the log need not say it too.
  const logLevel = settings.logLevel === 'info' ? 'warn' : settings.logLevel;
  const logger = createStderrLogger({ logLevel }, terminal);
  const store = await openStore(settings, logger);
  try {
    await assertMasterKey(vault, store.settings);
    return await work(createAuthorityKeys({ store, vault, clock: systemClock, logger }));
  } finally {
    await store.close();
  }
}
