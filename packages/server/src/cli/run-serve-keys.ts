import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from 'countersign';
import { errorCode } from '../config/index.js';
import { createNodeListener } from '../http/node-listener.js';
import { createRequestHandler } from '../http/request-handler.js';
import { renderErrorPage } from '../pages/index.js';
import { getKeyRoute } from '../routes/asap/get-key.js';
import { createKeyFolder } from '../services/key-folder.js';
import type { Cli } from './cli.js';
import { CliUsageError } from './describe-failure.js';
import { createStderrLogger } from './open-authority.js';
import { waitForStopSignal } from './stop-signal.js';

export interface ServeKeysOptions {
  readonly host: string;
  readonly port: number;
}

/** Serves the folder until a signal comes. */
export async function runServeKeys(
  folder: string,
  { host, port }: ServeKeysOptions,
  cli: Cli,
): Promise<void> {
  const root = resolve(folder);
  refuseMissingFolder(root);
  const logger = createStderrLogger({ logLevel: 'info' }, cli.terminal);
  const origin = `http://${urlHost(host)}:${port}`;
  // No answer holds a URL, so that any name for this machine will do.
  const route = { ...getKeyRoute({ keys: createKeyFolder({ root, logger }) }), anyHost: true } as const;
  const handler = createRequestHandler({
    routes: [route],
    issuer: origin,
    renderErrorPage,
    clock: systemClock,
    logger,
  });
  const listener = createNodeListener({ handler, logger });
  const stopSignal = waitForStopSignal();
  await listener.listen({ host, port });
  const url = `${origin}/asap/`;
  cli.output.result({ url, folder: root }, [`Serving the public keys in ${root} at ${url}`]);
  await stopSignal;
  await listener.stop();
}

function refuseMissingFolder(root: string): void {
  try {
    if (statSync(root).isDirectory()) return;
  } catch (error) {
    throw new CliUsageError(`${root} cannot be read (${errorCode(error)})`);
  }
  throw new CliUsageError(`${root} is no folder`);
}

/** As a client on this machine would write it. */
function urlHost(host: string): string {
  if (host === '127.0.0.1' || host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
