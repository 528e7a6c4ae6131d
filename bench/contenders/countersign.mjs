import {
  createJwtSigner,
  createJwtVerifier,
  importPrivateKey,
  importPublicKey,
  importSecret,
} from 'countersign';
import { AUDIENCE, ISSUER, KEY_ID, LIFETIME_SECONDS } from '../workload/jwt-workload.mjs';

/** @param {import('../workload/jwt-workload.mjs').JwtWorkload} workload */
function createVerifier({ algorithm, publicKey }) {
  const kid = KEY_ID;
  return createJwtVerifier({
    keys:
      publicKey.type === 'secret'
        ? importSecret({ algorithm, kid, secret: publicKey.export() })
        : importPublicKey({ algorithm, kid, keyObject: publicKey }),
    algorithms: [algorithm],
    issuer: ISSUER,
    audience: AUDIENCE,
    type: null,
    maxAgeSeconds: null,
  });
}

/** @type {import('./contender.mjs').Contender} */
export const countersign = {
  name: 'countersign',
  verifier: (workload) => {
    const { verify } = createVerifier(workload);
    return { run: (/** @type {string} */ token) => verify(token), claimsOf: (result) => result.claims };
  },
  concurrentVerifier: (workload) => {
    const { verifyAsync } = createVerifier(workload);
    return {
      asynchronous: true,
      run: (/** @type {string} */ token) => verifyAsync(token),
      claimsOf: (result) => result.claims,
    };
  },
  signer: ({ algorithm, privateKey }) => {
    const kid = KEY_ID;
    const { sign } = createJwtSigner({
      key:
        privateKey.type === 'secret'
          ? importSecret({ algorithm, kid, secret: privateKey.export() })
          : importPrivateKey({ algorithm, kid, keyObject: privateKey }),
      type: 'JWT',
      issuer: ISSUER,
      audience: AUDIENCE,
      lifetimeSeconds: LIFETIME_SECONDS,
    });
    return { run: (/** @type {Record<string, unknown>} */ identity) => sign(identity) };
  },
};
