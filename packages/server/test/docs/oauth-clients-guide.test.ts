/** The guide to OAuth clients: what it shows is what is there, and it runs. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { decodeUnverifiedJwt, systemClock } from 'countersign';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { CLIENT_SETTINGS_FROM_OPTIONS, kebabCase } from '../../src/cli/client-setting-flags.js';
import { GRANT_TYPES } from '../../src/domain/oauth/client.js';
import { CLIENT_SIGNATURES } from '../../src/domain/oauth/client-key-set.js';
import { toParameters } from '../../src/routes/oauth/read-parameters.js';
import { createClientAuthentication } from '../../src/services/oauth/clients/client-authentication.js';
import { createClientRegistration } from '../../src/services/oauth/clients/client-registration.js';
import { createMemoryRateLimits } from '../../src/store/memory/index.js';
import { openSqliteStore } from '../../src/store/sqlite/index.js';
import { temporaryFolder } from '../support/authority-process.js';
import { openTestClients } from '../support/client-calls.js';
import { codeBlocksOf, REPOSITORY, readExample, tableOf } from '../support/guides.js';
import { silentLogger } from '../support/recording-logger.js';
import { runShellGuide } from '../support/shell-guide.js';

const GUIDE = 'oauth-clients.md';
const blocks = codeBlocksOf(GUIDE);
const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Whether the authority lets a client in that sends this assertion. */
async function authenticate(file: string, assertion: string) {
  const store = await openSqliteStore({ file, logger: silentLogger });
  onTestFinished(() => store.close());
  const authentication = createClientAuthentication({
    ...{ store, clock: systemClock, logger: silentLogger, issuer: 'http://localhost:8080' },
    rateLimits: createMemoryRateLimits(),
  });
  const form = toParameters([
    ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
    ['client_assertion', assertion],
  ]);
  return authentication.authenticate({ authorization: undefined, form, clientIp: '192.0.2.1' });
}

describe(GUIDE, () => {
  it('shows assertion.mjs as it is', () => {
    const [shown, ...others] = blocks.filter(({ language }) => language === 'js');
    expect(shown?.text.trim()).toBe(readExample(shown?.source ?? '').trim());
    expect(others).toEqual([]);
  });

  it('the shell blocks run from the first to the last, and lead to an assertion that is taken', async () => {
    const cwd = join(folder.path, 'guide');
    mkdirSync(cwd);
    symlinkSync(join(REPOSITORY, 'docs'), join(cwd, 'docs'));
    const shell = blocks.flatMap(({ language, text }) => (language === 'sh' ? [text] : []));
    // The client of the assertion is gone at the end: this one is not.
    const again = [
      'npx countersign clients create --name Again --auth-method private_key_jwt --jwks-file secrets/jwks.json --grant-type client_credentials',
      `CLIENT_ID=$(npx countersign clients list | grep ' Again ' | cut -d' ' -f1) node docs/examples/oauth-clients/assertion.mjs`,
    ];
    const { exitCode, stdout, stderr } = await runShellGuide([...shell, ...again], { cwd, environment: {} });
    expect(exitCode, stderr).toBe(0);
    expect(stdout.match(/^Secret: cs_/gm)).toHaveLength(4);
    for (const text of [
      /^client_\S+ {2}Shop app {2}none$/m,
      /^Grant types +none$/m,
      /^Access token +5m$/m,
      /^State +disabled$/m,
      /^The old secret is not good any more\.$/m,
      /^wants --yes$/m,
    ])
      expect(stdout).toMatch(text);
    const [first = '', second = ''] = stdout.match(/^eyJ[\w.-]+$/gm) ?? [];
    expect(decodeUnverifiedJwt(first).unverifiedHeader['typ']).toBe('client-authentication+jwt');
    expect(await authenticate(join(cwd, 'data/countersign.db'), second)).toMatchObject({ name: 'Again' });
  }, 90_000);

  it('the metadata registers a client', async () => {
    const test = await openTestClients();
    onTestFinished(() => test.close());
    const registration = createClientRegistration({ clients: test.clients, adminToken: null });
    const metadata = JSON.parse(blocks.find(({ language }) => language === 'json')?.text ?? '');
    expect(await registration.register(metadata)).toMatchObject(metadata);
  });

  it('the table of metadata has the options that there are', () => {
    const flags = new Set(CLIENT_SETTINGS_FROM_OPTIONS.map(([option]) => `--${kebabCase(option)}`));
    const options = tableOf(GUIDE, 'metadata').map(([, option]) => option);
    expect(options).toHaveLength(11);
    for (const option of options) expect(flags).toContain(option);
  });

  it('the tables name every grant type and every algorithm', () => {
    const grantTypes = tableOf(GUIDE, 'application').flatMap(([, , types = '']) => types.split(', '));
    for (const grantType of GRANT_TYPES) expect(grantTypes).toContain(grantType.split(':').at(-1));
    const [, algorithms = ''] = tableOf(GUIDE, 'member').find(([member]) => member === 'alg') ?? [];
    expect(algorithms.split(/, | or /)).toEqual([...CLIENT_SIGNATURES]);
  });
});
