import { exportPrivateJwk, exportPublicJwk, generateKeyPair } from 'countersign';
import { describe, expect, it } from 'vitest';
import { CLIENT_DEFAULTS, type ClientSettings } from '../../../src/domain/oauth/client.js';
import { ClientSettingsError, checkClientSettings } from '../../../src/domain/oauth/client-settings.js';
import { clientSettings } from '../../support/client-settings.js';

/** Input as it comes from outside: not held back by types. */
type Loose = Record<string, unknown>;

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
const API = { audience: 'https://api.example', scopes: ['read', 'write'] };
const { publicKey, privateKey } = generateKeyPair('ES256', { kid: 'k1' });
const PUBLIC_JWK = exportPublicJwk(publicKey);
const JWKS = JSON.stringify({ keys: [PUBLIC_JWK] });
const BY_KEY = { authMethod: 'private_key_jwt', jwks: JWKS };

function problemsOf(changes: Loose, base: ClientSettings | null = clientSettings()): readonly string[] {
  try {
    checkClientSettings(changes as Partial<ClientSettings>, base);
  } catch (error) {
    if (error instanceof ClientSettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings of a client', () => {
  it('fill in the defaults, and demand a name', () => {
    const given = { name: 'Shop', redirectUris: ['https://shop.example/cb'] };
    expect(checkClientSettings(given, null)).toEqual({ ...CLIENT_DEFAULTS, ...given });
    expect(problemsOf({}, null)).toEqual(['name is required']);
  });

  it('apply changes to the settings so far, and are frozen through and through', () => {
    const base = Object.freeze({ ...clientSettings({ access: [API] }), id: 'client_x', version: 3 });
    const settings = checkClientSettings({ name: ' Shop 2 ', requireDpop: true }, base);
    expect(settings).toEqual(clientSettings({ access: [API], name: 'Shop 2', requireDpop: true }));
    const [access] = settings.access;
    for (const part of [settings, settings.access, access, access?.scopes, settings.redirectUris])
      expect(Object.isFrozen(part)).toBe(true);
    expect(settings.access[0]).not.toBe(API);
  });

  it('report every problem together, each naming its setting', () => {
    const problems = problemsOf({
      name: '',
      authMethod: 'client_secret',
      grantTypes: ['authorization_code', 'implicit'],
      redirectUris: ['https://c.example/cb', 'https://c.example/cb#x'],
      access: [{ audience: 'api', scopes: [] }],
      jwksUri: 'http://c.example/jwks',
      asapIssuer: 'a/b',
      requirePar: 'yes',
      accessTokenLifetimeSeconds: 59,
      redirect_uris: [],
    });
    expect(problems).toEqual([
      '"redirect_uris" is no setting, did you mean "redirectUris"?',
      'name must be 1 to 80 characters long',
      expect.stringMatching(/^authMethod must be one of .*, did you mean "client_secret_post"\?$/),
      expect.stringMatching(/^grantTypes, number 2, must be one of authorization_code/),
      'redirectUris, number 2, must not have a fragment (#...)',
      'access has an audience that must be an absolute URI',
      'jwksUri must begin with https:// (or http://localhost for development)',
      'asapIssuer must not hold a slash',
      'requirePar must be true or false',
      expect.stringMatching(/^accessTokenLifetimeSeconds must be a whole number/),
    ]);
  });

  it.each([[null], ['settings'], [[]], [7]])('refuse %j in their place', (changes) => {
    expect(problemsOf(changes as unknown as Loose)).toEqual(['the settings must be an object']);
  });

  it.each([
    ['accessTokenLifetimeSeconds', 60, 86_400],
    ['idTokenLifetimeSeconds', 60, 86_400],
    ['refreshIdleSeconds', 3_600, 7_776_000],
    ['refreshLifetimeSeconds', 1_209_600, 34_560_000],
  ])('take %s from %d to %d and nothing beside', (name, min, max) => {
    expect(problemsOf({ [name]: min })).toEqual([]);
    expect(problemsOf({ [name]: max })).toEqual([]);
    for (const value of [min - 1, max + 1, min + 0.5, Number.NaN, `${min}`, null])
      expect(problemsOf({ [name]: value })).toHaveLength(1);
  });

  it('take twenty redirect URIs and not twenty-one, and none twice', () => {
    const uris = (count: number) => Array.from({ length: count }, (_, index) => `https://c.example/${index}`);
    expect(problemsOf({ redirectUris: uris(20) })).toEqual([]);
    expect(problemsOf({ redirectUris: uris(21) })).toEqual(['redirectUris must be at most 20 URIs']);
    expect(problemsOf({ redirectUris: ['https://c.example/', 'https://c.example/'] })).toEqual([
      'redirectUris must hold nothing twice',
    ]);
  });

  it('do not look up names on a prototype', () => {
    expect(problemsOf(JSON.parse('{"__proto__": {"name": ""}, "constructor": 1}'))).toHaveLength(2);
    expect(problemsOf(Object.create({ name: '' }))).toEqual([]);
  });
});

describe('access of a client', () => {
  it.each(['https://api.example', 'https://api.example/v1?x=1', 'urn:example:api', 'api://orders'])(
    'RFC 8707 2: may be to %s',
    (audience) => {
      expect(problemsOf({ access: [{ audience, scopes: [] }], introspects: [audience] })).toEqual([]);
    },
  );

  it.each(['', 'api', '/api', 'https://api.example#x', 'https://api.example/a b', 7, null])(
    'RFC 8707 2: is not to %j',
    (audience) => {
      expect(problemsOf({ access: [{ audience, scopes: [] }] })).toHaveLength(1);
      expect(problemsOf({ introspects: [audience] })).toHaveLength(1);
    },
  );

  it.each(['read', 'orders:read', "a!#$%&'()*+,-./", '[]^_`{|}~', 'x'.repeat(128)])(
    'C15 (RFC 6749 3.3): may hold the scope %s',
    (scope) => {
      expect(problemsOf({ access: [{ ...API, scopes: [scope] }] })).toEqual([]);
    },
  );

  it.each([
    '',
    ' ',
    'a b',
    'a"b',
    'a\\b',
    'a\tb',
    'é',
    'a\0',
    'x'.repeat(129),
    7,
    'openid',
    'email',
    'offline_access',
  ])('C15 (RFC 6749 3.3): does not hold the scope %j', (scope) => {
    expect(problemsOf({ access: [{ ...API, scopes: ['read', scope] }] })).toEqual([
      expect.stringMatching(/^access has scopes that cannot be taken \(scopes, number 2, must be /),
    ]);
  });

  it('names an audience and its scopes, each audience once, and nothing else', () => {
    expect(problemsOf({ access: [API, { ...API, scopes: [] }] })).toEqual(['access must hold nothing twice']);
    for (const odd of [{ audience: 'urn:x' }, { ...API, more: 1 }, 'urn:x', null, []])
      expect(problemsOf({ access: [odd] })).toEqual([
        'access must be an object of "audience" and "scopes" only',
      ]);
  });
});

describe('keys of a client', () => {
  it('are kept as one text, and only those of the set', () => {
    const settings = checkClientSettings(
      { ...BY_KEY, jwks: `{"x": 1, "keys": [${JSON.stringify(PUBLIC_JWK)}]}` } as Partial<ClientSettings>,
      clientSettings(),
    );
    expect(settings.jwks).toBe(JWKS);
  });

  it('are never private ones, and what was given is not repeated', () => {
    const privateJwk = exportPrivateJwk(privateKey);
    const [problem = '', ...others] = problemsOf({ ...BY_KEY, jwks: JSON.stringify({ keys: [privateJwk] }) });
    expect(problem).toMatch(/^jwks must hold public keys only/);
    expect(others).toEqual([]);
    expect(problem).not.toContain(String(privateJwk['d']));
  });

  it.each([
    ['no JSON', '{', /must be a JWK Set/],
    ['no set', '{}', /must be a JWK Set/],
    ['a bare key', JSON.stringify(PUBLIC_JWK), /must be a JWK Set/],
    ['a list with null', '{"keys":[null]}', /must be a JWK Set/],
    ['keys on a prototype', '{"__proto__":{"keys":[]}}', /must be a JWK Set/],
    ['no key', '{"keys":[]}', /must hold a key for one of/],
    ['a secret', '{"keys":[{"kty":"oct","k":"c2VjcmV0","alg":"HS256"}]}', /public keys only/],
    [
      'a key for encryption',
      JSON.stringify({ keys: [{ ...PUBLIC_JWK, use: 'enc' }] }),
      /must hold a key for/,
    ],
    ['twenty-one keys', JSON.stringify({ keys: new Array(21).fill(PUBLIC_JWK) }), /at most 20 keys/],
    ['too long a text', ' '.repeat(32_769), /at most 32768/],
  ])('J6, J7: are not %s', (_title, jwks, problem) => {
    expect(problemsOf({ ...BY_KEY, jwks })).toEqual([expect.stringMatching(problem)]);
  });
});

describe('settings of a client together', () => {
  const NO_KEYS = { jwks: null, jwksUri: null, asapIssuer: null };
  const JWKS_URI = 'https://c.example/jwks.json';

  it.each([
    ['jwks', { jwks: JWKS }],
    ['jwksUri', { jwksUri: JWKS_URI }],
    ['asapIssuer', { asapIssuer: 'billing' }],
  ])('O18: private_key_jwt has its keys by %s', (_name, source) => {
    expect(problemsOf({ authMethod: 'private_key_jwt', ...source })).toEqual([]);
  });

  it.each([
    ['none', NO_KEYS],
    ['jwks and jwksUri', { jwks: JWKS, jwksUri: JWKS_URI }],
    ['all three', { jwks: JWKS, jwksUri: JWKS_URI, asapIssuer: 'billing' }],
  ])('O18: private_key_jwt does not have its keys by %s', (_name, sources) => {
    expect(problemsOf({ authMethod: 'private_key_jwt', ...sources })).toEqual([
      'authMethod private_key_jwt needs exactly one of jwks, jwksUri and asapIssuer',
    ]);
  });

  it.each([
    ['jwks', JWKS],
    ['jwksUri', JWKS_URI],
    ['asapIssuer', 'billing'],
  ])('O17: a client with a secret has no %s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name} must be null`)]);
  });

  it('RFC 7523 2.1: the grant type jwt-bearer names the issuer of its tokens', () => {
    expect(problemsOf({ grantTypes: [JWT_BEARER] })).toEqual([
      expect.stringMatching(/^asapIssuer is required/),
    ]);
    expect(problemsOf({ grantTypes: [JWT_BEARER], asapIssuer: 'billing' })).toEqual([]);
  });

  it.each(['client_credentials', JWT_BEARER, TOKEN_EXCHANGE])(
    'RFC 6749 4.4: a public client has no grant type %s',
    (grantType) => {
      const changes = { authMethod: 'none', grantTypes: ['authorization_code', grantType] };
      const problems = problemsOf(grantType === JWT_BEARER ? { ...changes, asapIssuer: 'billing' } : changes);
      expect(problems).toContainEqual(
        expect.stringMatching(/^grantTypes must not hold .* anybody could use it$/),
      );
    },
  );

  it('O20: a public client has the grants of people, and introspects nothing', () => {
    const grantTypes = ['authorization_code', 'refresh_token', DEVICE_CODE];
    expect(problemsOf({ authMethod: 'none', grantTypes })).toEqual([]);
    expect(problemsOf({ authMethod: 'none', introspects: ['urn:x'] })).toEqual([
      expect.stringMatching(/^introspects must be empty/),
    ]);
  });

  it('the grant type authorization_code has a redirect URI, the others need none', () => {
    expect(problemsOf({ redirectUris: [] })).toEqual([
      expect.stringMatching(/^redirectUris must hold at least one/),
    ]);
    expect(problemsOf({ redirectUris: [], grantTypes: ['client_credentials'] })).toEqual([]);
  });

  it('the grant type refresh_token comes with one that is refreshed', () => {
    expect(problemsOf({ grantTypes: ['client_credentials', 'refresh_token'] })).toHaveLength(1);
    expect(problemsOf({ grantTypes: [DEVICE_CODE, 'refresh_token'] })).toEqual([]);
  });

  it('a client has no grant type only where it introspects', () => {
    expect(problemsOf({ grantTypes: [] })).toHaveLength(1);
    expect(problemsOf({ grantTypes: [], introspects: ['urn:x'] })).toEqual([]);
  });

  it('RFC 8252 8.6: people are asked for consent by an app on their machine that proves nothing', () => {
    const native = { redirectUris: ['com.example.app:/cb'], skipConsent: true };
    expect(problemsOf({ ...native, authMethod: 'none' })).toEqual([
      expect.stringMatching(/^skipConsent must be false/),
    ]);
    expect(problemsOf(native)).toEqual([]);
    expect(problemsOf({ authMethod: 'none', skipConsent: true })).toEqual([]);
  });

  it('O16: a refresh token is not idle for longer than it lives', () => {
    expect(problemsOf({ refreshIdleSeconds: 7200, refreshLifetimeSeconds: 7200 })).toEqual([]);
    expect(problemsOf({ refreshIdleSeconds: 7201, refreshLifetimeSeconds: 7200 })).toHaveLength(1);
  });
});

describe('where the authority sends requests to', () => {
  it.each([
    'https://c.example/jwks',
    'https://c.example:8443/x?y=1',
    'http://localhost:3000/out',
    'http://[::1]/x',
  ])('O31: may be %s', (uri) => {
    expect(problemsOf({ backchannelLogoutUri: uri })).toEqual([]);
    expect(problemsOf({ authMethod: 'private_key_jwt', jwksUri: uri })).toEqual([]);
  });

  it.each([
    'http://c.example/x',
    'http://localhost.evil.example/x',
    'http://127.0.0.1@evil.example/',
    'ftp://c.example/',
    'file:///etc/passwd',
    'https://u:p@c.example/',
    'https://c.example/#x',
    'https://c.example/../x',
    'https:c.example',
    '',
    7,
  ])('O31: is not %j', (uri) => {
    expect(problemsOf({ backchannelLogoutUri: uri })).toHaveLength(1);
    expect(problemsOf({ authMethod: 'private_key_jwt', jwksUri: uri })).toHaveLength(1);
  });
});
