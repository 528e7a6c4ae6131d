import { generateKeyPairSync } from 'node:crypto';
import { importPrivateKey } from 'countersign';
import { createDpopSigner } from 'countersign/dpop';
import { PROOF_PAIR, type RawProofParts, rawProof } from '../../../support/raw-proof.js';
import { ISSUER } from '../../../support/request-handler.js';
import { aClient, type Given, prover, tokens, use } from '../given.js';
import { type Expected, each, type NegativeTable, negative, type Prepared } from '../negative-case.js';

const BAD_PROOF: Expected = { status: 400, error: 'invalid_dpop_proof' };
const STALE: Expected = { status: 400, error: 'use_dpop_nonce', headers: { 'dpop-nonce': /^[\w-]{43}$/ } };

/** Client credentials with one field `DPoP` of the making. */
async function ask(given: Given, dpop: string): Promise<Prepared> {
  const client = await aClient(given, { grantTypes: ['client_credentials'] });
  const form = { grant_type: 'client_credentials' };
  return { path: '/token', headers: { ...client.headers, dpop }, form };
}

/** Of this moment, whatever else is wrong with it. */
const made = (given: Given, { header = {}, claims = {}, ...rest }: RawProofParts) =>
  rawProof({ header, claims: { iat: given.clock(), ...claims }, ...rest });

const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const jwkOf = (pair: { publicKey: typeof other.publicKey }) => pair.publicKey.export({ format: 'jwk' });
const ownJwk = PROOF_PAIR.publicKey.export({ format: 'jwk' });
const privateJwk = PROOF_PAIR.privateKey.export({ format: 'jwk' });

const PROOFS = each(
  [
    ['4.3 (3), O23: a proof without an id', { claims: { jti: undefined } }],
    ['4.3 (3), O23: a proof with an id that is a number', { claims: { jti: 7 } }],
    ['4.3 (3), O23: a proof with an empty id', { claims: { jti: '' } }],
    ['4.3 (3), O23: a proof without a method', { claims: { htm: undefined } }],
    ['4.3 (3), O23: a proof without an address', { claims: { htu: undefined } }],
    ['4.3 (3), O23: a proof without its instant', { claims: { iat: undefined } }],
    ['4.3 (3), C1: a proof with an instant that is a text', { claims: { iat: '1700000000' } }],
    ['4.3 (4), J28: a proof without a type', { header: { typ: undefined } }],
    ['4.3 (4), J28: a proof of the type JWT', { header: { typ: 'JWT' } }],
    ['4.3 (4), J28: a proof of the type of access tokens', { header: { typ: 'at+jwt' } }],
    ['4.3 (4), J27: a proof whose type is a list', { header: { typ: ['dpop+jwt'] } }],
    ['4.3 (5), J1: a proof of the algorithm none', { header: { alg: 'none' } }],
    ['4.3 (5), J1: a proof of the algorithm nOnE', { header: { alg: 'nOnE' } }],
    ['4.3 (5), J4: a proof of a symmetric algorithm', { header: { alg: 'HS256' } }],
    ['4.3 (5), J2: a proof of no algorithm', { header: { alg: undefined } }],
    ['4.3 (5), J2: a proof of an algorithm that every object has', { header: { alg: 'toString' } }],
    ['4.2: a proof without a key', { header: { jwk: undefined } }],
    ['4.2: a proof with a key that is a text', { header: { jwk: 'key' } }],
    ['4.2, J5: a proof with a symmetric key', { header: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } }],
    ['4.2, J9: a proof with a key of another curve', { header: { jwk: jwkOf(P384) } }],
    [
      '4.2, J9: a proof with a key off its curve',
      { header: { jwk: { ...ownJwk, x: ownJwk.y, y: ownJwk.x } } },
    ],
    ['4.2, J9: a proof with a key of another kind', { header: { jwk: jwkOf(rsa) } }],
    ['4.2, J7: a proof with a weak key', { header: { alg: 'RS256', jwk: jwkOf(weak) } }],
    ['4.3 (6), O23: a proof by another key', { signedBy: other.privateKey }],
    ['4.3 (7), O23: a proof with the private key in it', { header: { jwk: privateJwk } }],
    ['4.3 (8), O23: a proof for another method', { claims: { htm: 'GET' } }],
    ['4.3 (8), O23: a proof for the method in lower case', { claims: { htm: 'post' } }],
    ['4.3 (9), O23: a proof for another endpoint', { claims: { htu: `${ISSUER}/userinfo` } }],
    ['4.3 (9), O23: a proof for a slash more', { claims: { htu: `${ISSUER}/token/` } }],
    ['4.3 (9), O23: a proof for another host', { claims: { htu: 'https://evil.example/token' } }],
    ['4.3 (9), O23: a proof for another port', { claims: { htu: 'https://auth.example:8443/token' } }],
    ['4.3 (9), O23: a proof for plain http', { claims: { htu: 'http://auth.example/token' } }],
    ['4.3 (9), O23: a proof for the path alone', { claims: { htu: '/token' } }],
    [
      '4.3 (9), O23: a proof for a host with a user name',
      { claims: { htu: 'https://a@auth.example/token' } },
    ],
    ['4.3 (9), O23: a proof for a path in another case', { claims: { htu: `${ISSUER}/TOKEN` } }],
    ['4.2, J22: a proof with an extension that is critical', { header: { crit: ['x'], x: 1 } }],
  ].map(([name, parts]) => [`RFC 9449 ${name}`, parts as RawProofParts] as const),
  (given, parts) => ask(given, made(given, parts)),
  BAD_PROOF,
);

const INSTANTS = each(
  [
    ['RFC 9449 4.3 (11), O23: a proof that is too old', -66],
    ['RFC 9449 4.3 (11), O23: a proof from the future', 6],
  ],
  (given, seconds) => ask(given, made(given, { claims: { iat: given.clock() + seconds } })),
  BAD_PROOF,
);

const NONCES = each(
  [
    ['RFC 9449 4.3 (10), O23: a nonce that nobody gave', 'A'.repeat(43)],
    ['RFC 9449 4.3 (10), O23: an empty nonce', ''],
    ['RFC 9449 4.3 (10), O23: a nonce that is a number', 7],
    ['RFC 9449 4.3 (10), O23: null as a nonce', null],
  ] as readonly (readonly [string, unknown])[],
  (given, nonce) => ask(given, made(given, { claims: { nonce } })),
  STALE,
);

const FIELDS = [
  negative(
    'RFC 9449 4.3 (1), O23: two proofs',
    (given) => ask(given, `${made(given, {})}, ${made(given, {})}`),
    BAD_PROOF,
  ),
  negative('RFC 9449 4.3 (1), O23: an empty field', (given) => ask(given, ''), BAD_PROOF),
  negative('RFC 9449 4.3 (2), J17: a text', (given) => ask(given, 'proof'), BAD_PROOF),
  negative('RFC 9449 4.3 (2), J17: a JWE', (given) => ask(given, `${made(given, {})}.e.f`), BAD_PROOF),
  negative('RFC 9449 4.3 (2), J15: padding', (given) => ask(given, `${made(given, {})}=`), BAD_PROOF),
  negative(
    'RFC 9449 4.3 (2), J21: more than 12 KiB',
    (given) => ask(given, made(given, { claims: { x: 'x'.repeat(12_288) } })),
    BAD_PROOF,
  ),
  negative(
    'RFC 9449 11.1, O23: a proof that was used',
    async (given) => {
      const proof = made(given, {});
      await use(given, await ask(given, proof));
      return ask(given, proof);
    },
    BAD_PROOF,
  ),
  negative(
    'RFC 9449 8.2, O23: a nonce that has grown old',
    async (given) => {
      const { headers } = await use(given, await ask(given, made(given, {})));
      given.clock.advance(300);
      return ask(given, made(given, { claims: { nonce: headers.get('dpop-nonce') } }));
    },
    STALE,
  ),
];

/** RFC 9449 section 7.1: a resource says so in a challenge, with 401. */
const challenged = (error: string): Expected => ({
  status: 401,
  error,
  headers: { 'www-authenticate': new RegExp(`DPoP error="${error}".*algs="[^"]*ES256`) },
});

const signer = (given: Given) =>
  createDpopSigner({
    key: importPrivateKey({ algorithm: 'ES256', keyObject: PROOF_PAIR.privateKey }),
    clock: given.clock,
  });

/** Somebody's access token, bound to the key of `rawProof`, presented with the proof that is made for it. */
async function present(
  given: Given,
  proof: (token: string) => string | undefined,
  scheme = 'DPoP',
): Promise<Prepared> {
  const { access } = await tokens(given, await aClient(given), {}, { prover: signer(given) });
  const dpop = proof(access);
  const headers = { authorization: `${scheme} ${access}`, ...(dpop === undefined ? {} : { dpop }) };
  return { path: '/userinfo', headers };
}

const request = (accessToken?: string) => ({ method: 'GET', url: `${ISSUER}/userinfo`, accessToken });

const AT_RESOURCE = [
  negative(
    'RFC 9449 7.2, O23: a bound token as a bearer token, with its proof',
    (given) => present(given, (token) => signer(given).sign(request(token)), 'Bearer'),
    {
      status: 401,
      error: 'invalid_token',
      headers: { 'www-authenticate': /^Bearer .*error="invalid_token"/ },
    },
  ),
  negative(
    'RFC 9449 7.2, O23: a bound token as a bearer token',
    (given) => present(given, () => undefined, 'Bearer'),
    {
      status: 401,
      error: 'invalid_token',
    },
  ),
  negative(
    'RFC 9449 7.1, O23: a bound token without a proof',
    (given) => present(given, () => undefined),
    challenged('invalid_dpop_proof'),
  ),
  negative(
    'RFC 9449 4.3 (12), O23: a proof without the hash of the token',
    (given) => present(given, () => signer(given).sign(request())),
    challenged('invalid_dpop_proof'),
  ),
  negative(
    'RFC 9449 4.3 (12), O23: a proof with the hash of another token',
    (given) => present(given, (token) => signer(given).sign(request(`${token}x`))),
    challenged('invalid_dpop_proof'),
  ),
  negative(
    'RFC 9449 4.3 (12), O23: a proof of another key',
    (given) => present(given, (token) => prover(given).sign(request(token))),
    challenged('invalid_dpop_proof'),
  ),
  negative(
    'RFC 9449 4.3 (8), O23: a proof for POST',
    (given) => present(given, (token) => signer(given).sign({ ...request(token), method: 'POST' })),
    challenged('invalid_dpop_proof'),
  ),
  negative(
    'RFC 9449 4.3 (9), O23: a proof for the token endpoint',
    (given) => present(given, (token) => signer(given).sign({ ...request(token), url: `${ISSUER}/token` })),
    challenged('invalid_dpop_proof'),
  ),
  negative(
    'RFC 9449 11.1, O23: a proof that was used at /userinfo',
    async (given) => {
      const sent = await present(given, (token) => signer(given).sign(request(token)));
      await use(given, sent);
      return sent;
    },
    challenged('invalid_dpop_proof'),
  ),
  negative(
    'RFC 9449 9, O23: a nonce that nobody gave',
    (given) => present(given, (token) => signer(given).sign({ ...request(token), nonce: 'A'.repeat(43) })),
    challenged('use_dpop_nonce'),
  ),
  negative(
    'RFC 9449 7.1, O23: a bearer token with the scheme DPoP',
    async (given) => {
      const { access } = await tokens(given, await aClient(given));
      const dpop = signer(given).sign(request(access));
      return { path: '/userinfo', headers: { authorization: `DPoP ${access}`, dpop } };
    },
    { status: 401, error: 'invalid_token' },
  ),
];

export const DPOP: NegativeTable = {
  title: 'where a key has to be proven, the authority',
  good: [
    { name: 'a proof at /token', prepare: (given) => ask(given, made(given, {})), status: 200 },
    {
      name: 'a proof at /userinfo',
      prepare: (given) => present(given, (token) => signer(given).sign(request(token))),
      status: 200,
    },
  ],
  cases: [...PROOFS, ...INSTANTS, ...NONCES, ...FIELDS, ...AT_RESOURCE],
};
