/** What the joined authority adds to its endpoints, beyond what each does alone. */
import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../../src/index.js';
import { silentLogger } from '../support/recording-logger.js';

it.each(['/token', '/par', '/userinfo'])(
  'RFC 9449 8.2: %s answers a proof with the nonce of the next',
  async (path) => {
    const authority = await createAuthority({
      issuer: 'http://localhost:3000',
      masterKey: randomBytes(32),
      database: 'memory',
      mail: async () => {},
      logger: silentLogger,
    });
    onTestFinished(() => authority.stop());
    const ask = (headers: Record<string, string>) =>
      authority.fetch(
        new Request(`${authority.issuer}${path}`, { method: 'POST', headers, body: new URLSearchParams() }),
        { remoteAddress: '192.0.2.1' },
      );
    expect((await ask({ dpop: 'a proof' })).headers.get('dpop-nonce')).toMatch(/^[\w.-]+$/);
    expect((await ask({})).headers.get('dpop-nonce')).toBeNull();
  },
);
