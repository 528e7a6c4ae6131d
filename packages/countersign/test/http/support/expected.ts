/** The answers that the table expects, written out: nothing here asks the gate how it words them. */

export interface Expected {
  readonly status: number;
  readonly body: string;
  /** Exactly these, besides `Vary`; of those that a gate sets, no others. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the handler behind the gate was told: kind and subject, or `nobody`. Undefined where it must not be called. */
  readonly told?: string;
}

/** Headers that only a refusal has. */
export const GATE_HEADERS = ['content-type', 'cache-control', 'www-authenticate', 'retry-after'] as const;

const REALM = 'Bearer realm="api"';

/** The handler was called, and says for whom. */
export function caller(kind: string, subject: string): Expected {
  const told = `${kind} ${subject}`;
  return { status: 200, body: JSON.stringify({ caller: told }), headers: {}, told };
}

export function nobody(): Expected {
  return { status: 200, body: JSON.stringify({ caller: 'nobody' }), headers: {}, told: 'nobody' };
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly text: string;
  readonly error?: string;
  readonly challenge?: string;
  readonly retryAfter?: string;
}

function refusal({ status, code, text, error, challenge, retryAfter }: Refusal): Expected {
  return {
    status,
    body: JSON.stringify({ error, error_description: text, code }),
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    },
  };
}

export function missing(challenge = REALM): Expected {
  return refusal({ status: 401, code: 'token_missing', text: 'A token is needed.', challenge });
}

export const MISSING = missing();

export function malformed(): Expected {
  const text = 'The token must come once, in one place, in the form of that place.';
  const error = 'invalid_request';
  const challenge = `${REALM}, error="${error}", error_description="${text}"`;
  return refusal({ status: 400, code: 'credentials_malformed', error, text, challenge });
}

export const MALFORMED = malformed();

export function badToken(code: string, text: string): Expected {
  const error = 'invalid_token';
  const challenge = `${REALM}, error="${error}", error_description="${text}"`;
  return refusal({ status: 401, code, error, text, challenge });
}

export function forbidden(code: string, text: string): Expected {
  return refusal({ status: 403, code, error: 'access_denied', text });
}

export function lacksScope(scope: string): Expected {
  const error = 'insufficient_scope';
  const text = 'The token lacks a scope that is needed here.';
  const challenge = `${REALM}, error="${error}", error_description="${text}", scope="${scope}"`;
  return refusal({ status: 403, code: error, error, text, challenge });
}

/** @param parameters as the challenge has them: `acr_values="4"` */
export function needsStepUp(parameters: string, status = 401): Expected {
  const error = 'insufficient_user_authentication';
  const text = 'A surer or fresher authentication is needed.';
  const challenge = `${REALM}, error="${error}", error_description="${text}", ${parameters}`;
  return refusal({ status, code: error, error, text, challenge });
}

export function unavailable(code: string, error: string, text: string, retryAfter: string): Expected {
  return refusal({ status: 503, code, error, text, retryAfter });
}

/** As the Python original words it (row ASAP-31). */
export function plainText(status: number, body: string, challenge?: string): Expected {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return {
    status,
    body,
    headers: challenge === undefined ? headers : { ...headers, 'www-authenticate': challenge },
  };
}

/** The same refusal as problem details (RFC 9457). */
export function asProblem(expected: Expected, title: string): Expected {
  const { error, error_description: detail, code } = JSON.parse(expected.body) as Record<string, string>;
  const problem = { type: 'about:blank', title, status: expected.status, detail, code, error };
  const headers = { ...expected.headers, 'content-type': 'application/problem+json' };
  return { ...expected, body: JSON.stringify(problem), headers };
}

/** To a HEAD: everything but the body. */
export function withoutBody(expected: Expected): Expected {
  return { ...expected, body: '' };
}

export function withHeaders(expected: Expected, headers: Readonly<Record<string, string>>): Expected {
  return { ...expected, headers: { ...expected.headers, ...headers } };
}
