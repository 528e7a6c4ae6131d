/** Access tokens cross to and from PyJWT, which is what PyJOAT stands on, in both directions. */
import { spawnSync } from 'node:child_process';
import { exportPublicPem } from 'countersign';
import { createAccessTokenParser, credentialsOrNull } from 'countersign/access-token';
import { beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, publicKey, REQUEST, signer } from './support/authorization-server.js';
import { CLAIMS, NOW, SECRET, setUp } from './support/providers.js';

const PYTHON = '/usr/bin/python3';
const isInstalled = spawnSync(PYTHON, ['-c', 'import jwt, cryptography']).status === 0;
if (!isInstalled) {
  console.warn(
    `SKIPPED: ${PYTHON} with jwt and cryptography is missing (Debian: python3-jwt python3-cryptography)`,
  );
}

/** Times are not checked: PyJWT knows no other time than the present. */
const SCRIPT = `
import json, sys, jwt
asked = json.load(sys.stdin)
no_times = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
json.dump({
    "token": jwt.encode(asked["claims"], asked["secret"], algorithm="HS256"),
    "claims": jwt.decode(asked["ours"], asked["secret"], algorithms=["HS256"], audience="abc123DEF", options=no_times),
    "profile": jwt.decode(asked["at"], asked["pem"], algorithms=["ES256"], audience=asked["audience"], options=no_times),
    "typ": jwt.get_unverified_header(asked["at"])["typ"],
}, sys.stdout)
`;

describe.skipIf(!isInstalled)('a plain PyJWT', () => {
  let answer: Readonly<Record<'token' | 'claims' | 'profile' | 'typ', unknown>>;
  const claims = { ...CLAIMS, jti: 17, sub: 'ä' };

  beforeAll(() => {
    const ours = setUp().generator.issue({ jti: 17, userId: 'ä' });
    const at = signer.sign({ ...REQUEST, tokenId: 'token-1' });
    const pem = exportPublicPem(publicKey);
    const { stdout, stderr, status } = spawnSync(PYTHON, ['-c', SCRIPT], {
      input: JSON.stringify({ claims, secret: SECRET, ours, at, pem, audience: AUDIENCE }),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    answer = JSON.parse(stdout);
  });

  it('JOAT-5: verifies a token that is issued here', () => {
    expect(answer.claims).toEqual(claims);
  });

  it('JOAT-7: signs a token that is parsed here', () => {
    const parser = createAccessTokenParser({ secret: () => SECRET, clock: () => NOW });
    expect(credentialsOrNull(parser.parse(String(answer.token)))).toEqual({
      provider: 'My Provider',
      clientId: 'abc123DEF',
      userId: 'ä',
      authorizedScope: ['email', 'profile'],
      jti: 17,
    });
  });

  it('verifies a token of the RFC 9068 profile', () => {
    expect(answer.typ).toBe('at+jwt');
    expect(answer.profile).toMatchObject({
      sub: 'user-1',
      client_id: 'client-1',
      jti: 'token-1',
      scope: 'read write',
    });
  });
});
