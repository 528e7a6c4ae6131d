import { isIPv6 } from 'node:net';
import { UsageError } from 'countersign';
import { type Authority, createAuthority } from '../app.js';
import { type Configuration, loadConfiguration, type Settings } from '../config/index.js';
import { demoOauthUrl } from '../demo/index.js';
import type { Logger } from '../domain/logger.js';
import type { Store } from '../domain/stores.js';
import { createSmtpTransport } from '../services/smtp-transport.js';
import { createMemoryRateLimits } from '../store/memory/index.js';
import type { Cli } from './cli.js';
import { createStderrLogger, databaseFileOf, masterKeyOf, openStore } from './open-authority.js';
import { alignedLines, type Output } from './output.js';
import { programVersion } from './program-version.js';
import { sourcesOf } from './setting-options.js';
import { waitForStopSignal } from './stop-signal.js';

/** Opens everything, serves until a signal comes, and closes everything again. */
export async function runServe(options: Readonly<Record<string, unknown>>, cli: Cli): Promise<void> {
  const configuration = loadConfiguration(sourcesOf(options, cli.terminal));
  const { settings } = configuration;
  const demo = options['demo'] === true;
  if (demo && settings.mode === 'production')
    throw new UsageError('invalid_options', 'configuration', ['--demo: is for development mode only']);
  const masterKey = masterKeyOf(configuration);
  const logger = createStderrLogger(settings, cli.terminal);
  const store = await openStore(settings, logger);
  try {
    const authority = await joinAuthority({ configuration, masterKey, store, logger, demo });
    await serveUntilStopped(authority, () => announce(configuration, demo, cli.output), cli.output);
  } finally {
    await store.close();
  }
}

function joinAuthority(parts: {
  configuration: Configuration;
  masterKey: Uint8Array;
  store: Store;
  logger: Logger;
  demo: boolean;
}): Promise<Authority> {
  const { configuration, ...rest } = parts;
  const { settings, secrets } = configuration;
  const mailTransport =
    secrets.smtpUrl === null
      ? null
      : createSmtpTransport({ smtpUrl: secrets.smtpUrl, from: settings.mailFrom ?? '' });
  const { adminToken } = secrets;
  return createAuthority({
    settings,
    rateLimits: createMemoryRateLimits(),
    mailTransport,
    adminToken,
    ...rest,
  });
}

async function serveUntilStopped(authority: Authority, whenReady: () => void, output: Output): Promise<void> {
  // Listened for before anything is served, so that a stop during the start is not lost.
  const stopSignal = waitForStopSignal();
  await authority.start();
  whenReady();
  await stopSignal;
  output.status('Stopping: answers under way are finished first. A second signal stops at once.');
  await authority.stop();
}

function announce({ settings, secrets }: Configuration, demo: boolean, output: Output): void {
  const places = placesOf(settings, { demo, mailbox: secrets.smtpUrl === null });
  output.result(
    { url: settings.issuer, mode: settings.mode, host: settings.host, port: settings.port, ...places },
    [
      `countersign ${programVersion()} serves ${settings.issuer} in ${settings.mode} mode.`,
      '',
      ...alignedLines([
        ...(places.demoUrl === null ? [] : [['  Demo', places.demoUrl] as const]),
        ...(places.demoOauthUrl === null
          ? []
          : [['  Demo', `${places.demoOauthUrl} (OpenID Connect)`] as const]),
        ...(places.mailboxUrl === null ? [] : [['  Mailbox', places.mailboxUrl] as const]),
        ['  Health', places.healthUrl],
        ['  Listens', `${isIPv6(settings.host) ? `[${settings.host}]` : settings.host}:${settings.port}`],
        ['  Data', databaseFileOf(settings)],
      ]),
      '',
    ],
  );
}

function placesOf({ issuer }: Settings, { demo, mailbox }: { demo: boolean; mailbox: boolean }) {
  return {
    demoUrl: demo ? `${issuer}/demo` : null,
    demoOauthUrl: demo ? demoOauthUrl(issuer) : null,
    mailboxUrl: mailbox ? `${issuer}/mailbox` : null,
    healthUrl: `${issuer}/healthz`,
  };
}
