import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { UsageError } from 'countersign';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type ConfigurationSources,
  loadConfiguration,
  loadStorageSettings,
  SETTING_NAMES,
} from '../../src/config/index.js';
import { environmentVariableOf, flagOf, SETTINGS } from '../../src/config/settings-table.js';
import { temporaryFolder } from '../support/authority-process.js';

const KEY = 'mZb0rT1k9vYw3xQ7cJ5hN2sLpE8aU6dGfR4oXiKtVqM';
const ADMIN_TOKEN = 'q3Rk/9+vLx0TzB7mWnE2uYpS5aHdGcJf';
const PRODUCTION = {
  COUNTERSIGN_MODE: 'production',
  COUNTERSIGN_ISSUER: 'https://sign-in.example.com',
  COUNTERSIGN_MASTER_KEY: KEY,
  COUNTERSIGN_SMTP_URL: 'smtps://user:hunter2@mail.example.com',
  COUNTERSIGN_MAIL_FROM: 'Example <no-reply@example.com>',
};

const folder = temporaryFolder();
afterAll(() => folder.remove());

let files = 0;
function fileOf(content: string | Uint8Array, mode = 0o600): string {
  files += 1;
  const path = join(folder.path, `file-${files}`);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

const load = (
  environment: ConfigurationSources['environment'] = {},
  flags: ConfigurationSources['flags'] = {},
) => loadConfiguration({ flags, environment });

function problemsOf(
  environment: ConfigurationSources['environment'],
  flags: ConfigurationSources['flags'] = {},
): readonly string[] {
  try {
    load(environment, flags);
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('need nothing at all in development', () => {
    expect(load().settings).toEqual({
      mode: 'development',
      issuer: 'http://localhost:8080',
      host: '127.0.0.1',
      port: 8080,
      dataFolder: join(process.cwd(), 'data'),
      mailFrom: null,
      trustedProxies: [],
      allowedHosts: [],
      limits: {
        mailsPerAddress: { limit: 3, windowSeconds: 900 },
        mailsPerIp: { limit: 20, windowSeconds: 3600 },
      },
      signingAlgorithm: 'ES256',
      keyRotationSeconds: 2_592_000,
      sessionLifetimeSeconds: 43_200,
      maxConnections: 10_000,
      logLevel: 'info',
    });
    expect(load().secrets).toEqual({ masterKey: null, smtpUrl: null, adminToken: null });
  });

  it('are taken from flags over the environment over the file over the default', () => {
    const config = fileOf(
      '{"port": 1003, "logLevel": "error", "host": "::1", "trustedProxies": ["10.0.0.0/8", "::1"]}',
    );
    const environment = {
      COUNTERSIGN_CONFIG: config,
      COUNTERSIGN_PORT: '1002',
      COUNTERSIGN_LOG_LEVEL: 'warn',
    };
    const { settings } = load(environment, { port: '1001' });
    expect(settings).toMatchObject({
      port: 1001,
      logLevel: 'warn',
      host: '::1',
      maxConnections: 10_000,
      trustedProxies: ['10.0.0.0/8', '::1'],
      issuer: 'http://localhost:1001',
    });
  });

  it('rotate no keys by themselves where that is off', () => {
    expect(load({ COUNTERSIGN_KEY_ROTATION: 'off' }).settings.keyRotationSeconds).toBeNull();
    expect(load({ COUNTERSIGN_KEY_ROTATION: '2h' }).settings.keyRotationSeconds).toBe(7200);
  });

  it('let people stay signed in for five minutes to ninety days', () => {
    const lifetimeOf = (text: string) => load({ COUNTERSIGN_SESSION_LIFETIME: text }).settings;
    expect(lifetimeOf('5m').sessionLifetimeSeconds).toBe(300);
    expect(lifetimeOf('90d').sessionLifetimeSeconds).toBe(7_776_000);
    for (const text of ['299s', '91d', 'off', '0h', '12']) {
      expect(problemsOf({ COUNTERSIGN_SESSION_LIFETIME: text })).toEqual([
        `sessionLifetime (COUNTERSIGN_SESSION_LIFETIME): "${text}" must be a duration from 5m to 90d, such as 12h`,
      ]);
    }
  });

  it('come from the file of --config rather than that of COUNTERSIGN_CONFIG', () => {
    const [one, two] = [fileOf('{"port": 1001}'), fileOf('{"port": 1002}')];
    expect(load({ COUNTERSIGN_CONFIG: one }, { config: two }).settings.port).toBe(1002);
  });

  it('are in production mode where NODE_ENV is, unless the mode is given', () => {
    const { COUNTERSIGN_MODE: _, ...rest } = PRODUCTION;
    expect(load({ ...rest, NODE_ENV: 'production' }).settings.mode).toBe('production');
    expect(load({ NODE_ENV: 'test' }).settings.mode).toBe('development');
    expect(problemsOf({ NODE_ENV: 'production', COUNTERSIGN_MODE: 'development' })).toEqual([
      'mode (COUNTERSIGN_MODE): development is refused where NODE_ENV is production',
    ]);
  });

  it('are frozen, and leave what was given alone', () => {
    const { settings } = load();
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.limits)).toBe(true);
    expect(Object.isFrozen(settings.trustedProxies)).toBe(true);
  });

  it('each have one name as flag, variable and member of the file', () => {
    expect(flagOf('dataFolder')).toBe('--data-folder');
    expect(environmentVariableOf('dataFolder')).toBe('COUNTERSIGN_DATA_FOLDER');
    expect(environmentVariableOf('mailsPerIp')).toBe('COUNTERSIGN_MAILS_PER_IP');
    for (const name of SETTING_NAMES) {
      const { default: text, parse, help } = SETTINGS[name];
      expect(help.length).toBeGreaterThan(10);
      if (text !== null) expect(parse(text).problem).toBeUndefined();
    }
  });
});

describe('problems', () => {
  it('are reported all at once, each with the place its value came from', () => {
    const config = fileOf('{"port": "99999", "isuer": "x", "logLevel": {}}');
    expect(
      problemsOf(
        { COUNTERSIGN_MAILS_PER_IP: '20', COUNTERSIGN_HSOT: 'x', COUNTERSIGN_CONFIG: config },
        { host: 'a b', trustedProxies: '10.0.0.0/8,nonsense' },
      ),
    ).toEqual([
      'COUNTERSIGN_HSOT: there is no such setting; did you mean COUNTERSIGN_HOST?',
      `isuer (${config}): there is no such setting; did you mean issuer?`,
      `logLevel (${config}): must be a text, a number or a list of texts`,
      `port (${config}): "99999" must be a whole number from 1 to 65535`,
      'host (--host): "a b" must be an IP address or a host name',
      'trustedProxies (--trusted-proxies): "10.0.0.0/8,nonsense" every entry must be an IP address or a network such as 10.0.0.0/8',
      'mailsPerIp (COUNTERSIGN_MAILS_PER_IP): "20" must be a number for a duration, such as 3/15m',
    ]);
  });

  it.each([
    ['COUNTERSIGN_PORT', '0'],
    ['COUNTERSIGN_PORT', '65536'],
    ['COUNTERSIGN_PORT', '0x50'],
    ['COUNTERSIGN_PORT', '80 '],
    ['COUNTERSIGN_PORT', ''],
    ['COUNTERSIGN_DATA_FOLDER', ''],
    ['COUNTERSIGN_LOG_LEVEL', 'trace'],
    ['COUNTERSIGN_MODE', 'prod'],
    ['COUNTERSIGN_MAX_CONNECTIONS', '0'],
    ['COUNTERSIGN_MAILS_PER_ADDRESS', '0/15m'],
    ['COUNTERSIGN_MAILS_PER_ADDRESS', '3/15'],
    ['COUNTERSIGN_MAILS_PER_ADDRESS', '3/0m'],
    ['COUNTERSIGN_MAILS_PER_ADDRESS', '3/15m/1'],
    ['COUNTERSIGN_SIGNING_ALGORITHM', 'HS256'],
    ['COUNTERSIGN_SIGNING_ALGORITHM', 'es256'],
    ['COUNTERSIGN_KEY_ROTATION', '3599s'],
    ['COUNTERSIGN_KEY_ROTATION', '401d'],
    ['COUNTERSIGN_KEY_ROTATION', '30'],
    ['COUNTERSIGN_KEY_ROTATION', 'never'],
    ['COUNTERSIGN_TRUSTED_PROXIES', '0.0.0.0/0'],
    ['COUNTERSIGN_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['COUNTERSIGN_TRUSTED_PROXIES', '10.0.0.1,'],
    ['COUNTERSIGN_ALLOWED_HOSTS', 'https://example.com'],
    ['COUNTERSIGN_ALLOWED_HOSTS', 'user@example.com'],
    ['COUNTERSIGN_MAIL_FROM', 'nobody'],
    ['COUNTERSIGN_ISSUER', 'localhost:8080'],
    ['COUNTERSIGN_ISSUER', 'http://localhost:8080/path?x'],
    ['COUNTERSIGN_ISSUER', 'http://localhost:8080/a//b'],
    ['COUNTERSIGN_ISSUER', 'http://localhost:8080/a/../b'],
    ['COUNTERSIGN_ISSUER', 'http://localhost:8080/%61'],
    ['COUNTERSIGN_ISSUER', 'http://localhost:8080/.well-known'],
    ['COUNTERSIGN_ISSUER', 'http://localhost:8080?x'],
    ['COUNTERSIGN_ISSUER', 'http://user:pw@localhost:8080'],
    ['COUNTERSIGN_ISSUER', 'http://LOCALHOST:8080'],
    ['COUNTERSIGN_ISSUER', 'ftp://localhost'],
  ])('%s=%j is one', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`(${name}):`);
  });

  it.each([
    ['COUNTERSIGN_PORT', '1'],
    ['COUNTERSIGN_PORT', '65535'],
    ['COUNTERSIGN_ISSUER', 'http://localhost:8080/auth'],
    ['COUNTERSIGN_ISSUER', 'http://localhost:8080/tenants/Blue_1.a~b/'],
    ['COUNTERSIGN_TRUSTED_PROXIES', '10.0.0.0/32, fd00::/8'],
    ['COUNTERSIGN_ALLOWED_HOSTS', 'example.com,[::1]:8080,localhost:80'],
    ['COUNTERSIGN_MAILS_PER_ADDRESS', '1/30d'],
    ['COUNTERSIGN_SIGNING_ALGORITHM', 'PS256'],
    ['COUNTERSIGN_KEY_ROTATION', '1h'],
    ['COUNTERSIGN_KEY_ROTATION', '400d'],
    ['COUNTERSIGN_ISSUER', 'http://localhost:8080/'],
    ['COUNTERSIGN_ISSUER', 'https://[::1]:8443'],
  ])('%s=%j is none', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([]);
  });

  it.each([
    ['missing', () => join(folder.path, 'missing.json'), 'cannot be read (ENOENT)'],
    ['no JSON', () => fileOf('{"masterKey": "hunter2"'), 'is no JSON object'],
    ['a list', () => fileOf('[]'), 'is no JSON object'],
    ['large', () => fileOf(' '.repeat(300_000)), 'is larger than'],
  ])('a configuration file that is %s is one, and is not quoted', (_, path, problem) => {
    const config = path();
    expect(problemsOf({}, { config })).toEqual([
      `${config}: ${problem}${problem.endsWith('than') ? ' 262144 bytes' : ''}`,
    ]);
  });

  it('a member such as __proto__ or toString in the file is an unknown setting', () => {
    const config = fileOf('{"__proto__": {"port": 1}, "toString": "x"}');
    expect(problemsOf({}, { config })).toHaveLength(2);
  });
});

describe('the modes', () => {
  it('production needs issuer, master key, mail server and sender, and says so together', () => {
    expect(problemsOf({ COUNTERSIGN_MODE: 'production' })).toEqual([
      'issuer (--issuer or COUNTERSIGN_ISSUER): is required in production',
      'masterKey (COUNTERSIGN_MASTER_KEY) or masterKeyFile (--master-key-file or COUNTERSIGN_MASTER_KEY_FILE): is required in production',
      'smtpUrl (COUNTERSIGN_SMTP_URL) or smtpUrlFile (--smtp-url-file or COUNTERSIGN_SMTP_URL_FILE): is required in production',
    ]);
    const { COUNTERSIGN_MAIL_FROM: _, ...rest } = PRODUCTION;
    expect(problemsOf(rest)).toEqual([
      'mailFrom (--mail-from or COUNTERSIGN_MAIL_FROM): is required with a mail server',
    ]);
    expect(problemsOf(PRODUCTION)).toEqual([]);
  });

  it('production refuses plain http, except on loopback', () => {
    expect(problemsOf({ ...PRODUCTION, COUNTERSIGN_ISSUER: 'http://sign-in.example.com' })).toEqual([
      'issuer (COUNTERSIGN_ISSUER): must begin with https:// in production',
    ]);
    expect(problemsOf({ ...PRODUCTION, COUNTERSIGN_ISSUER: 'http://127.0.0.1:8080' })).toEqual([]);
  });

  it('production listens where it is told, and on loopback unless it is told', () => {
    expect(load(PRODUCTION).settings.host).toBe('127.0.0.1');
    expect(load(PRODUCTION, { host: '0.0.0.0' }).settings.host).toBe('0.0.0.0');
  });

  it.each(['0.0.0.0', '192.0.2.1', '::', 'example.com', '127.0.0.1.example.com'])(
    'development refuses to listen on %s',
    (host) => {
      expect(problemsOf({}, { host })).toEqual([
        'host (--host): development mode serves loopback only: set mode production',
      ]);
    },
  );

  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost', 'app.localhost'])(
    'development listens on %s',
    (host) => {
      expect(problemsOf({}, { host })).toEqual([]);
    },
  );

  it('development refuses an issuer that others could reach', () => {
    expect(problemsOf({ COUNTERSIGN_ISSUER: 'https://sign-in.example.com' })).toEqual([
      'issuer (COUNTERSIGN_ISSUER): development mode serves loopback only: set mode production',
    ]);
  });

  it('a command that only touches the database needs nothing that serving needs', () => {
    const settings = loadStorageSettings({
      flags: { dataFolder: '/data' },
      environment: { NODE_ENV: 'production' },
    });
    expect(settings).toEqual({ mode: 'production', dataFolder: '/data', logLevel: 'info' });
    expect(() => loadStorageSettings({ flags: {}, environment: { COUNTERSIGN_NAME: 'x' } })).toThrow(
      UsageError,
    );
  });
});

describe('secrets', () => {
  it('are kept apart from the settings, however those are printed', () => {
    const { settings, secrets } = load(PRODUCTION);
    expect(secrets.smtpUrl).toContain('hunter2');
    expect(secrets.masterKey).toEqual(new Uint8Array(Buffer.from(KEY, 'base64url')));
    for (const printed of [JSON.stringify(settings), inspect(settings, { depth: 9, showHidden: true })])
      expect(printed).not.toMatch(/hunter2|mZb0rT1k/);
  });

  it('are never a flag', () => {
    expect(SETTING_NAMES.filter((name) => SETTINGS[name].secret)).toEqual([
      'masterKey',
      'smtpUrl',
      'adminToken',
    ]);
  });

  it('may come from files, without the line end that editors leave', () => {
    const { COUNTERSIGN_MASTER_KEY: _, COUNTERSIGN_SMTP_URL: __, ...rest } = PRODUCTION;
    const { secrets } = load(rest, {
      masterKeyFile: fileOf(`${KEY}\n`),
      smtpUrlFile: fileOf('smtps://user:hunter2@mail.example.com\n'),
      adminTokenFile: fileOf(`${ADMIN_TOKEN}\n`),
    });
    expect(secrets.adminToken).toBe(ADMIN_TOKEN);
    expect(secrets.smtpUrl).toBe('smtps://user:hunter2@mail.example.com');
    expect(Buffer.from(secrets.masterKey ?? []).toString('base64url')).toBe(KEY);
  });

  it('in both forms at once are a problem', () => {
    const path = fileOf(KEY);
    const environment = { ...PRODUCTION, COUNTERSIGN_ADMIN_TOKEN: ADMIN_TOKEN };
    const flags = { masterKeyFile: path, smtpUrlFile: path, adminTokenFile: path };
    expect(problemsOf(environment, flags)).toEqual([
      'masterKey (COUNTERSIGN_MASTER_KEY) and masterKeyFile (--master-key-file): give only one',
      'smtpUrl (COUNTERSIGN_SMTP_URL) and smtpUrlFile (--smtp-url-file): give only one',
      'adminToken (COUNTERSIGN_ADMIN_TOKEN) and adminTokenFile (--admin-token-file): give only one',
    ]);
  });

  it.skipIf(process.platform === 'win32')('S7: in files that other users can read are a problem', () => {
    const { COUNTERSIGN_MASTER_KEY: _, COUNTERSIGN_SMTP_URL: __, ...rest } = PRODUCTION;
    const key = fileOf(KEY, 0o604);
    const url = fileOf('smtp://mail.example.com', 0o604);
    const config = fileOf(JSON.stringify({ smtpUrl: 'smtp://mail.example.com' }), 0o604);
    expect(problemsOf(rest, { masterKeyFile: key, smtpUrlFile: url })).toEqual([
      `masterKeyFile (--master-key-file): ${key} can be read by other users: chmod 600 ${key}`,
      `smtpUrlFile (--smtp-url-file): ${url} can be read by other users: chmod 600 ${url}`,
    ]);
    expect(problemsOf({ COUNTERSIGN_MAIL_FROM: 'a@b.example' }, { config })).toEqual([
      `${config}: holds a secret and can be read by other users: chmod 600 ${config}`,
    ]);
    expect(
      problemsOf(rest, { masterKeyFile: fileOf(KEY, 0o640), smtpUrlFile: fileOf('smtp://a.example', 0o640) }),
    ).toEqual([]);
  });

  it.each([
    ['32 characters', ADMIN_TOKEN, true],
    ['31 characters', ADMIN_TOKEN.slice(1), false],
    ['512 characters', ADMIN_TOKEN.repeat(16), true],
    ['513 characters', `${ADMIN_TOKEN.repeat(16)}x`, false],
    ['32 hexadecimal digits', '9f86d081884c7d659a2feaa0c55ad015', true],
    ['padding', `${ADMIN_TOKEN}==`, true],
    ['a space', `${ADMIN_TOKEN} x`, false],
    ['a word many times', 'changeme'.repeat(5), false],
    ['one character', 'x'.repeat(40), false],
  ])('S9: an admin token of %s', (_title, token, isGood) => {
    for (const problems of [
      problemsOf({ COUNTERSIGN_ADMIN_TOKEN: token }),
      problemsOf({}, { adminTokenFile: fileOf(token) }),
    ]) {
      expect(problems).toHaveLength(isGood ? 0 : 1);
      expect(problems.join()).not.toContain(token);
    }
  });

  it('S6: are in no problem, whatever is wrong with them', () => {
    const problems = problemsOf({
      ...PRODUCTION,
      COUNTERSIGN_MASTER_KEY: 'hunter2hunter2',
      COUNTERSIGN_SMTP_URL: 'smtp://user:hunter2@mail.example.com/?hunter2=1',
    });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('hunter2');
    const { COUNTERSIGN_SMTP_URL: _, ...rest } = PRODUCTION;
    const fromFile = problemsOf(rest, { smtpUrlFile: fileOf('http://user:hunter2@mail.example.com') });
    expect(fromFile).toHaveLength(1);
    expect(fromFile.join()).not.toContain('hunter2');
  });
});
