/** ID tokens under every algorithm that an authority may sign with: openid-client 6 finds the key, and checks the signature. */
import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { relyingParty, signIn } from '../../support/openid-relying-party.js';
import { Person } from '../../support/person.js';
import { serveAuthority } from '../../support/served-authority.js';

/** OpenID Connect Core 3.1.3.6: by the hash of the algorithm, which Ed25519 says itself (RFC 8032). */
const HASHES = {
  ES256: 'sha256',
  RS256: 'sha256',
  PS256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
  EdDSA: 'sha512',
} as const;

describe('ID tokens', () => {
  it.each(Object.entries(HASHES) as [keyof typeof HASHES, string][])(
    'OIDC Core 3.1.3.6, 3.1.3.7, 3.1.3.8: under %s they are taken, and say which access token came with them',
    async (signingAlgorithm, hash) => {
      const authority = await serveAuthority({ signingAlgorithm });
      onTestFinished(() => authority.stop());
      const client = await authority.createClient({ skipConsent: true });
      const config = await relyingParty(authority, client);
      expect(config.serverMetadata().id_token_signing_alg_values_supported).toEqual([signingAlgorithm]);
      const tokens = await signIn(config, new Person(authority), { scope: 'openid offline_access' });
      const digest = createHash(hash).update(tokens.access_token).digest();
      const half = digest.subarray(0, digest.length / 2).toString('base64url');
      expect(tokens.claims()?.['at_hash']).toBe(half);
    },
  );
});
