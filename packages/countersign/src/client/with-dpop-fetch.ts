/** `fetch` that proves whose token it sends (RFC 9449). */
import { UsageError } from '../core/errors.js';
import { aFunction, aNonEmptyString } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, describe, required } from '../core/options.js';
import type { DpopSigner } from '../dpop/index.js';
import { createBoundedMap } from '../keys/bounded-map.js';
import type { FetchLike, OutgoingRequest } from './outgoing-request.js';
import { nextWithinOrigin, readOutgoingRequest } from './outgoing-request.js';
import { refuseUnsafePlace } from './refuse-unsafe-place.js';
import { isReplayable } from './replayable-body.js';

export type DpopFetch = FetchLike;

export interface DpopFetchOptions {
  /** Has the key that the access token is bound to. */
  readonly signer: Pick<DpopSigner, 'sign'>;
  /** Asked once for each request; whether it is to be renewed is its own matter. */
  readonly accessToken: () => string | Promise<string>;
}

const SUBJECT = 'withDpopFetch';
const MAX_REDIRECTS = 20;
const MAX_ORIGINS = 1000;
/** RFC 9449 section 8.1; what is longer would not fit into a header beside the rest. */
const NONCE = /^[\x21\x23-\x5b\x5d-\x7e]{1,1024}$/;

const rules: OptionRules<DpopFetchOptions> = {
  signer: required((value) =>
    typeof value === 'object' && value !== null && 'sign' in value
      ? undefined
      : `must be a signer made by createDpopSigner, not ${describe(value)}`,
  ),
  accessToken: required(aFunction),
};

/**
 * A `fetch` that adds `Authorization: DPoP` with the access token and `DPoP` with a proof of its own to each request,
 * unless the caller has set an `Authorization`. Nonces are remembered by origin; after a 401 that says
 * `use_dpop_nonce` the request is done once more with the nonce that came with it, not when its body was a stream.
 *
 * A proof is for one URL, so redirects are never left to the `fetch` underneath. One within the origin is followed
 * with a new proof, unless the body was a stream; of one to another origin the answer itself is handed out, and
 * whether to go there, without the token, is for the caller to say.
 *
 * The returned function rejects with UsageError `invalid_options` for a URL that is neither https nor loopback and for
 * an access token that is none, with what the signer and `accessToken` throw, and as `fetch` does.
 *
 * @param send does the requests: the `fetch` of the runtime, or one with a dispatcher or retries of its own
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function withDpopFetch(send: FetchLike, options: DpopFetchOptions): DpopFetch {
  const { signer, accessToken } = checkOptions(SUBJECT, options, rules, () => problemsWithSend(send));
  const nonces = createBoundedMap<string, string>(MAX_ORIGINS);

  async function sendProved(request: OutgoingRequest, token: string): Promise<Response> {
    const { input, init, url, method, redirect } = request;
    const headers = new Headers(request.headers);
    const nonce = nonces.get(url.origin);
    headers.set('dpop', signer.sign({ method, url: url.href, accessToken: token, nonce }));
    headers.set('authorization', `DPoP ${token}`);
    const answer = await send(input, {
      ...init,
      headers,
      redirect: redirect === 'error' ? 'error' : 'manual',
    });
    const fresh = nonceIn(answer);
    if (fresh !== undefined) nonces.set(url.origin, fresh);
    return answer;
  }

  async function sendWithNonce(request: OutgoingRequest, token: string): Promise<Response> {
    const answer = await sendProved(request, token);
    if (!asksForNonce(answer) || !isReplayable(request.body)) return answer;
    await answer.body?.cancel();
    return sendProved(request, token);
  }

  return async (input, init) => {
    let request = readOutgoingRequest(input, init);
    if (request.headers.has('authorization')) return send(input, init);
    refuseUnsafePlace(SUBJECT, request.url);
    const token = checkToken(await accessToken());
    for (let redirects = 0; ; redirects++) {
      const answer = await sendWithNonce(request, token);
      const next = request.redirect === 'follow' ? nextWithinOrigin(request, answer) : undefined;
      if (next === undefined || !isReplayable(next.body) || redirects === MAX_REDIRECTS) return answer;
      await answer.body?.cancel();
      request = next;
    }
  };
}

/** The signer judges what it is given; undefined, to it, is a request without a token. */
function checkToken(token: string): string {
  const problem = aNonEmptyString(token);
  if (problem === undefined) return token;
  throw new UsageError('invalid_options', SUBJECT, [`accessToken gave what ${problem}`]);
}

function problemsWithSend(send: unknown): readonly string[] {
  const problem = aFunction(send);
  return problem === undefined ? [] : [`fetch ${problem}`];
}

/** Two fields come joined by a comma and a space, which no nonce holds. */
function nonceIn({ headers }: Response): string | undefined {
  const nonce = headers.get('dpop-nonce');
  return nonce !== null && NONCE.test(nonce) ? nonce : undefined;
}

/** Without a nonce to use there is nothing to do better (RFC 9449 section 9). */
function asksForNonce(answer: Response): boolean {
  if (answer.status !== 401 || nonceIn(answer) === undefined) return false;
  const challenge = answer.headers.get('www-authenticate') ?? '';
  return /\bdpop\b/i.test(challenge) && /\berror\s*=\s*"?use_dpop_nonce\b/i.test(challenge);
}
