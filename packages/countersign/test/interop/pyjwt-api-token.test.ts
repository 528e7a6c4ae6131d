/** API tokens of both profiles cross to and from a plain PyJWT, which is what api_jwt stands on. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exportPublicPem, importPublicKey } from 'countersign';
import {
  createApiJwt,
  createApiTokenDecoder,
  createApiTokenEncoder,
  definePolicy,
  STANDARD_EXTRAS,
} from 'countersign/api-token';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyPairFor } from '../support/keys.js';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('pyjwt-api-token.py', import.meta.url));

const isInstalled = spawnSync(PYTHON, ['-c', 'import jwt, cryptography']).status === 0;
if (!isInstalled) {
  console.warn(
    `SKIPPED: ${PYTHON} with jwt and cryptography is missing (Debian: python3-jwt python3-cryptography)`,
  );
}

interface Answer {
  readonly verified: readonly Readonly<Record<'header' | 'claims' | 'extras' | 'error', unknown>>[];
  readonly signed: readonly string[];
  readonly pem: string;
  readonly privatePem: string;
}

const policy = definePolicy({ kinds: { user: 'auth_user', admin: 'auth_admin' }, extras: STANDARD_EXTRAS });
const types = { level: 'number', factor: 'text', target: 'text', dnt: 'integer', scopes: 'list' };
const extras = { level: 3.1, factor: 'nøkkel', target: '', dnt: 2, scopes: ['user:all', 'extra'] } as const;
const { privateKey: key, publicKey } = keyPairFor('RS256');
const PROFILES = ['native', 'api_jwt'] as const;

function ourToken(profile: (typeof PROFILES)[number], expiresInSeconds: number): string {
  return createApiTokenEncoder({ policy, key, profile }).encode('an-id', {
    kind: 'user',
    expiresInSeconds,
    ...extras,
  });
}

/** As api_jwt writes them, and as JSON values with an id. */
const THEIR_CLAIMS = {
  native: { iss: 'auth_admin', sub: 'an-id', jti: 'its-id', ...extras },
  api_jwt: {
    iss: 'auth_admin',
    sub: 'an-id',
    level: '3.1',
    factor: 'nøkkel',
    target: '',
    dnt: '2',
    scopes: 'user:all,extra',
  },
};

/** One start of Python for all: it takes a third of a second. */
function askPython(): Answer {
  const tokens = [
    ...PROFILES.map((profile) => ourToken(profile, 60)),
    ...PROFILES.map((profile) => ourToken(profile, -60)),
    createApiTokenEncoder({ policy, key, audience: 'aud' }).encode('an-id', { kind: 'user' }),
  ];
  const pem = exportPublicPem(publicKey);
  const request = {
    verify: tokens.map((token) => ({ token, pem, types })),
    sign: [60, -60].flatMap((seconds) =>
      PROFILES.map((profile) => ({ claims: THEIR_CLAIMS[profile], seconds })),
    ),
  };
  const { stdout, stderr, status } = spawnSync(PYTHON, [SCRIPT], {
    input: JSON.stringify(request),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe.skipIf(!isInstalled)('a plain PyJWT', () => {
  let answer: Answer;
  beforeAll(() => {
    answer = askPython();
  });

  it.each(PROFILES.map((profile, index) => ({ profile, index })))(
    'POL-1, POL-13: reads what is encoded here: $profile',
    ({ profile, index }) => {
      const { header, claims, extras: read } = answer.verified[index] ?? {};
      const kid = profile === 'native' ? { kid: publicKey.kid } : {};
      expect(header).toEqual({ alg: 'RS256', typ: 'JWT', ...kid });
      expect(claims).toMatchObject({ iss: 'auth_user', sub: 'an-id' });
      expect(read).toEqual(extras);
      expect(answer.verified[index + PROFILES.length]).toEqual({ error: 'ExpiredSignatureError' });
    },
  );

  it('POL-2: refuses a token with an audience, as it must where none is configured', () => {
    expect(answer.verified.at(-1)).toEqual({ error: 'InvalidAudienceError' });
  });

  it.each(PROFILES.map((profile, index) => ({ profile, index })))(
    'POL-21: signs what is decoded here: $profile',
    ({ profile, index }) => {
      const keys = importPublicKey({ pem: answer.pem, algorithm: 'RS256' });
      const { decode } = createApiTokenDecoder({
        policy,
        keys,
        audience: null,
        recheckPolicy: true,
        toleranceSeconds: 5,
      });
      expect(decode(answer.signed[index] ?? '')).toMatchObject({
        outcome: 'valid',
        record: { kind: 'admin', subject: 'an-id', profile, extras },
      });
      expect(decode(answer.signed[index + PROFILES.length] ?? '')).toMatchObject({ outcome: 'expired' });
    },
  );

  it("POL-26: the object of the original's shape takes its keys and its tokens", () => {
    const jwt = createApiJwt({ publicKeys: JSON.stringify([answer.pem]), privateKey: answer.privatePem });
    expect(jwt.decode(answer.signed[1])).toMatchObject({ id: 'an-id', ...extras });
    expect(jwt.decode(jwt.encode('an-id', { level: 4 }))).toMatchObject({ level: 4, scopes: [] });
  });
});
