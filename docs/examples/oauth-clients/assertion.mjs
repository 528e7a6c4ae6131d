// Prints what the client sends as `client_assertion`. Each is good once, so make one for each request.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createJwtSigner, importPrivateKey } from 'countersign';

const { ISSUER = 'http://localhost:8080', CLIENT_ID = '' } = process.env;

const pem = readFileSync('secrets/client-key.pem', 'utf8');
const signer = createJwtSigner({
  key: importPrivateKey({ algorithm: 'ES256', kid: 'shop-1', pem }),
  type: 'client-authentication+jwt',
  issuer: CLIENT_ID,
  audience: ISSUER,
  lifetimeSeconds: 60,
});
console.log(signer.sign({ sub: CLIENT_ID, jti: randomUUID() }));
