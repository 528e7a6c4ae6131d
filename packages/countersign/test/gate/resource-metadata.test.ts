/** The metadata of a protected resource (RFC 9728). */
import { createResourceMetadata } from 'countersign/gate';
import { describe, expect, it } from 'vitest';
import { usageProblem } from '../support/usage.js';

const AUTHORITY = 'https://auth.example.com';

describe('resource metadata', () => {
  it('belongs under the well-known path, in front of the path of the resource (section 3.1)', () => {
    const of = (resource: string) => createResourceMetadata({ resource, authorizationServers: AUTHORITY });
    expect(of('https://api.example.com').path).toBe('/.well-known/oauth-protected-resource');
    expect(of('https://api.example.com/v1/orders')).toMatchObject({
      path: '/.well-known/oauth-protected-resource/v1/orders',
      url: 'https://api.example.com/.well-known/oauth-protected-resource/v1/orders',
    });
    expect(of('https://api.example.com/v1?tenant=a').url).toBe(
      'https://api.example.com/.well-known/oauth-protected-resource/v1?tenant=a',
    );
  });

  it('says the identifier byte for byte, the issuers, scopes and how tokens are to be sent (section 2)', () => {
    const metadata = createResourceMetadata({
      resource: 'https://api.example.com',
      authorizationServers: AUTHORITY,
      scopes: 'read write',
      dpopAlgorithms: ['ES256'],
      dpopRequired: true,
      name: 'Orders',
    });
    expect(JSON.parse(metadata.body)).toEqual({
      resource: 'https://api.example.com',
      authorization_servers: [AUTHORITY],
      scopes_supported: ['read', 'write'],
      bearer_methods_supported: ['header'],
      resource_name: 'Orders',
      dpop_signing_alg_values_supported: ['ES256'],
      dpop_bound_access_tokens_required: true,
    });
    expect(metadata).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
  });

  it('is refused with a fragment, another scheme, and without issuers, all told at once', () => {
    const problems = usageProblem(() =>
      createResourceMetadata({ resource: 'urn:api', authorizationServers: [] }),
    );
    expect(problems).toMatch(/resource .*authorizationServers/);
  });
});
