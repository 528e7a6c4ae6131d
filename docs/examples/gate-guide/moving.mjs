// For services that come from atlassian-jwt-auth or api_jwt: the gate answers as they did.
import { exportPublicPem, generateKeyPair } from 'countersign';
import { createApiTokenEncoder, definePolicy, STANDARD_EXTRAS } from 'countersign/api-token';
import { createNodeGate } from 'countersign/node';
import { ask } from './support.mjs';

const { privateKey, publicKey } = generateKeyPair('RS256');
const pem = exportPublicPem(publicKey);
const policy = definePolicy({ kinds: { user: 'auth_user', admin: 'auth_admin' }, extras: STANDARD_EXTRAS });

// #region asap
import { createMemoryReplayStore } from 'countersign/asap';
import { asap, createGate } from 'countersign/gate';

const likeAsap = createGate({
  accept: [
    asap({
      audience: 'orders', // ASAP_VALID_AUDIENCE
      issuers: ['billing', 'shipping'], // ASAP_VALID_ISSUERS; null for any
      repository: 'https://keys.example.com/asap/', // ASAP_PUBLICKEY_REPOSITORY; or several
      replay: createMemoryReplayStore(), // ASAP_CHECK_JTI_UNIQUENESS
      subjectMustMatchIssuer: true, // ASAP_SUBJECT_SHOULD_MATCH_ISSUER
    }),
  ],
  toleranceSeconds: 5, // ASAP_VALID_LEEWAY
  answers: 'asap',
});
const restricted = likeAsap.guard({ issuers: 'billing' }); // restrict_asap(issuers=['billing'])
const notRequired = likeAsap.guard({ mode: 'unsafePermissive' }); // ASAP_REQUIRED = False

// #endregion

// #region api-jwt
import { importPublicKey } from 'countersign';
import { apiTokens } from 'countersign/gate';

const likeApiJwt = createGate({
  accept: [
    apiTokens({
      policy,
      audience: null, // tokens of api_jwt name none
      profiles: ['api_jwt'],
      keys: importPublicKey({ pem, algorithm: 'RS256' }),
    }),
  ],
  answers: 'api_jwt',
});
// #endregion

const call = (guard, token) => {
  const listener = createNodeGate(guard)((request, response) => response.end(request.caller?.subject));
  return ask(listener, { token });
};
const encoder = createApiTokenEncoder({ policy, key: privateKey, profile: 'api_jwt' });
const surely = likeApiJwt.guard({ level: 3 });
for (const level of [3, 2]) {
  const { status, body } = await call(surely, encoder.encode('customer-7', { kind: 'user', level }));
  console.log(status, status === 200 ? body : JSON.parse(body).error);
}
for (const guard of [likeAsap, restricted, notRequired]) {
  const { status, body } = await call(guard);
  console.log(status, body);
}
