// Makes the key of a client: the private half goes to a file, the public half is printed as a JWK Set.
import { writeFileSync } from 'node:fs';
import { exportPrivatePem, exportPublicJwk, generateKeyPair } from 'countersign';

const { privateKey, publicKey } = generateKeyPair('ES256', { kid: 'shop-1' });
writeFileSync('secrets/client-key.pem', exportPrivatePem(privateKey), { mode: 0o600 });
console.log(JSON.stringify({ keys: [exportPublicJwk(publicKey)] }));
