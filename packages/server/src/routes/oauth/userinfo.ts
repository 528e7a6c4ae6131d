import { OAUTH_ERRORS, OauthError } from '../../domain/oauth/oauth-error.js';
import type { HttpRequest, HttpResponse, Route } from '../../http/exchange.js';
import { type HttpHeaders, json } from '../../http/respond.js';
import type { Userinfo } from '../../services/oauth/userinfo.js';
import { oauthRoute } from './oauth-route.js';
import { type Credential, readCredential } from './read-credential.js';
import { readProofs } from './read-proofs.js';

export interface UserinfoServices {
  readonly userinfo: Userinfo;
  /** Of proofs, for challenges (RFC 9449 section 7.1). */
  readonly dpopAlgorithms: readonly string[];
}

type Scheme = 'bearer' | 'dpop';
type Attributes = Readonly<Record<string, string>>;

const NO_STORE: HttpHeaders = Object.freeze({ 'cache-control': 'no-store', vary: 'authorization' });
const REALM = 'userinfo';

/** `GET` and `POST /userinfo` (OIDC Core section 5.3): 200 with the claims; errors as a gate answers them. */
export function userinfoRoutes(services: UserinfoServices): readonly Route[] {
  return (['GET', 'POST'] as const).map((method) =>
    oauthRoute(method, '/userinfo', (request) => answer(services, method, request)),
  );
}

async function answer(
  { userinfo, dpopAlgorithms }: UserinfoServices,
  method: 'GET' | 'POST',
  request: HttpRequest,
): Promise<HttpResponse> {
  const credential = await readCredential(request);
  const refuse = (error: OauthError | null) => refusal(error, schemeOf(credential), dpopAlgorithms);
  if (credential === 'missing') return refuse(null);
  if (credential === 'malformed') return refuse(new OauthError('invalid_request'));
  try {
    const proofs = readProofs(request);
    return json(200, await userinfo.claims({ ...credential, proofs, method }), NO_STORE);
  } catch (error) {
    if (!(error instanceof OauthError) || error.status >= 429) throw error;
    return refuse(error);
  }
}

function schemeOf(credential: Credential): Scheme {
  return typeof credential === 'string' ? 'bearer' : credential.scheme;
}

/** No error is named where no token came (RFC 6750 section 3.1). What is wrong with a proof is 401 here, not 400. */
function refusal(error: OauthError | null, scheme: Scheme, algorithms: readonly string[]): HttpResponse {
  const isAboutProof = error?.code === 'invalid_dpop_proof' || error?.code === 'use_dpop_nonce';
  const status = error === null || isAboutProof ? 401 : error.status;
  const description = error?.message ?? 'A token is needed.';
  const attributes: Attributes = error === null ? {} : attributesOf(error);
  const headers = {
    ...NO_STORE,
    ...error?.headers,
    'www-authenticate': challenges(isAboutProof ? 'dpop' : scheme, attributes, algorithms),
  };
  return json(status, { error: error?.code, error_description: description }, headers);
}

function attributesOf({ code }: OauthError): Attributes {
  const attributes = { error: code, error_description: OAUTH_ERRORS[code].description };
  return code === 'insufficient_scope' ? { ...attributes, scope: 'openid' } : attributes;
}

/** Both schemes in one field; the one that was used says what was wrong. */
function challenges(scheme: Scheme, attributes: Attributes, algorithms: readonly string[]): string {
  const of = (name: Scheme) => (name === scheme ? attributes : {});
  const bearer = challenge('Bearer', { realm: REALM, ...of('bearer') });
  return `${bearer}, ${challenge('DPoP', { ...of('dpop'), algs: algorithms.join(' ') })}`;
}

/** Values are fixed texts without quotes and backslashes. */
function challenge(scheme: string, attributes: Attributes): string {
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
  return `${scheme} ${written.join(', ')}`;
}
