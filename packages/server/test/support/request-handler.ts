import type { Logger } from '../../src/domain/logger.js';
import type { Route } from '../../src/http/exchange.js';
import { createRequestHandler, type RequestHandler } from '../../src/http/request-handler.js';
import { createRecordingLogger } from './recording-logger.js';

export const ISSUER = 'https://auth.example';

/** A request handler at `https://auth.example` (and `localhost`), with a fixed clock and a plain error page. */
export function createTestHandler(
  routes: readonly Route[],
  { issuer = ISSUER, logger = createRecordingLogger().logger }: { issuer?: string; logger?: Logger } = {},
): RequestHandler {
  return createRequestHandler({
    routes,
    issuer,
    allowedHosts: ['localhost'],
    renderErrorPage: (refused) => `<!doctype html><title>${refused.code}</title>`,
    clock: () => 1_700_000_000,
    logger,
  });
}
