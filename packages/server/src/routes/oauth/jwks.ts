import { matchesEtag } from '../../http/etag.js';
import type { HttpRequest, Route } from '../../http/exchange.js';
import { KEY_SET_MAX_AGE_SECONDS } from '../../services/key-rotation.js';
import type { AuthorityKeys } from '../../services/oauth/oauth-services.js';

const JSON_TYPE = 'application/json';
/** RFC 7517 section 8.5. */
const JWK_SET_TYPE = 'application/jwk-set+json';

/** The public keys of the authority (RFC 7517 section 5), the signing key first. */
export function jwksRoutes({ keys }: { keys: Pick<AuthorityKeys, 'publicKeySet'> }): readonly Route[] {
  return [
    {
      method: 'GET',
      pattern: '/jwks.json',
      kind: 'api',
      async handle(request) {
        const { json, etag: etagOfKeys } = await keys.publicKeySet();
        const type = wantsJwkSet(request) ? JWK_SET_TYPE : JSON_TYPE;
        // Two representations never share a strong tag (RFC 9110 section 8.8.3).
        const etag = type === JSON_TYPE ? etagOfKeys : etagOfKeys.replace(/"$/, '.set"');
        const headers = {
          etag,
          'cache-control': `public, max-age=${KEY_SET_MAX_AGE_SECONDS}`,
          vary: 'accept',
        };
        if (matchesEtag(request.header('if-none-match'), etag)) return { status: 304, headers, body: null };
        return { status: 200, headers: { ...headers, 'content-type': type }, body: json };
      },
    },
  ];
}

/** Only who names the type gets it: for everybody else a JWK Set is JSON. */
function wantsJwkSet(request: HttpRequest): boolean {
  const ranges = (request.header('accept') ?? '').toLowerCase().split(',');
  return ranges.some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    return type === JWK_SET_TYPE && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}
