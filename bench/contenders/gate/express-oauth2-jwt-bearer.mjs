import express from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import { AUDIENCE, ISSUER } from '../../workload/jwt-workload.mjs';
import { byCallback } from './door.mjs';
import { expressRequests } from './express-requests.mjs';

/**
 * On Express 5, with all its checks of the JWT profile. It has no cache, and takes a token whose `exp` is now.
 * @param {import('../../workload/gate-workload.mjs').GateWorkload} workload
 * @returns {import('./door.mjs').Door}
 */
export function expressOauth2JwtBearer({ algorithm, publicKey, type }) {
  const isSecret = publicKey.type === 'secret';
  const middleware = auth({
    issuer: ISSUER,
    audience: AUDIENCE,
    tokenSigningAlg: algorithm,
    clockTolerance: 0,
    // Its strict mode knows the type of the profile only, and asks for claims that the other tokens do not have.
    ...(isSecret
      ? {
          secret: publicKey.export().toString(),
          validators: { typ: (typ) => typeof typ === 'string' && typ.toLowerCase() === type },
        }
      : { publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(), strict: true }),
  });
  return {
    toRequest: expressRequests(express),
    ...byCallback(({ request, response }, next) => middleware(request, response, next), {
      asynchronous: true,
    }),
    claimsOf: ({ request }) => request.auth?.payload,
  };
}
