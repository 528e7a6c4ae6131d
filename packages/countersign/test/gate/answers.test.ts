import { TokenError, UnavailableError } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { AnswerOptions } from '../../src/gate/answers/create-answers.js';
import { createAnswers } from '../../src/gate/answers/create-answers.js';
import type { GateRefusal } from '../../src/gate/gate-outcome.js';
import type { RuleProblem } from '../../src/gate/rules/rule-problem.js';
import { createLevelLadder } from '../../src/jwt/level-ladder.js';
import { usageProblem } from '../support/usage.js';
import { authorizedBy, requestWith } from './support/gate-requests.js';

const PLAIN: AnswerOptions = {
  realm: 'api',
  answers: 'rfc6750',
  resourceMetadata: null,
  dpopAlgorithms: null,
  vary: 'Authorization',
};
const METADATA = 'https://api.example/.well-known/oauth-protected-resource';
const REQUEST = authorizedBy('Bearer a.b.c');

const plain = createAnswers(PLAIN);
const apiJwt = createAnswers({ ...PLAIN, answers: 'api_jwt' });
const asap = createAnswers({ ...PLAIN, answers: 'asap' });
const all = createAnswers({
  ...PLAIN,
  resourceMetadata: METADATA,
  dpopAlgorithms: ['ES256', 'EdDSA'],
  vary: 'Authorization, Cookie',
});

const challengeOf = ({ headers }: GateRefusal) => headers['www-authenticate'];
const bodyOf = ({ body }: GateRefusal) => JSON.parse(body) as Record<string, unknown>;
const expired = () => new TokenError('token_expired', 'exp was 17 at a.b.c');
const outage = (retryAfterSeconds: number) =>
  new UnavailableError('key_source_unavailable', 'https://keys.example is down', { retryAfterSeconds });

function stepUpFor(level: number | undefined, maxAgeSeconds: number | undefined): RuleProblem {
  const stepUp = createLevelLadder().findStepUp({ level: 2 }, { level, maxAgeSeconds }, 1_000);
  if (stepUp === undefined) throw new Error('no step-up is needed');
  return { reason: 'insufficient_user_authentication', stepUp };
}

describe('the answer where no credential came', () => {
  it('is a challenge that names no error', () => {
    expect(plain.missing(requestWith())).toEqual({
      outcome: 'refused',
      caller: undefined,
      reason: 'token_missing',
      status: 401,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        vary: 'Authorization',
        'www-authenticate': 'Bearer realm="api"',
      },
      body: '{"error_description":"A token is needed.","code":"token_missing"}',
    });
  });

  it('names every scheme in one field, and where the metadata is', () => {
    const answer = all.missing(requestWith());
    expect(challengeOf(answer)).toBe(
      `Bearer realm="api", resource_metadata="${METADATA}", DPoP algs="ES256 EdDSA", resource_metadata="${METADATA}"`,
    );
    expect(answer.headers['vary']).toBe('Authorization, Cookie');
  });

  it('quotes the realm safely', () => {
    const { missing } = createAnswers({ ...PLAIN, realm: 'a "b" \\ c' });
    expect(challengeOf(missing(REQUEST))).toBe('Bearer realm="a \\"b\\" \\\\ c"');
  });
});

describe('the answer to a credential', () => {
  it('C17: that is malformed is 400 invalid_request', () => {
    const answer = plain.malformed(REQUEST);
    expect(answer).toMatchObject({ status: 400, reason: 'credentials_malformed' });
    expect(challengeOf(answer)).toMatch(
      /^Bearer realm="api", error="invalid_request", error_description="[^"]+"$/,
    );
    expect(bodyOf(answer)).toMatchObject({ error: 'invalid_request', code: 'credentials_malformed' });
  });

  it('that is a bad token is 401 invalid_token, with a fixed text', () => {
    const answer = plain.refuse(expired(), REQUEST);
    expect(answer).toMatchObject({ status: 401, reason: 'token_expired' });
    expect(challengeOf(answer)).toBe(
      'Bearer realm="api", error="invalid_token", error_description="The token has expired."',
    );
    expect(answer.body).toBe(
      '{"error":"invalid_token","error_description":"The token has expired.","code":"token_expired"}',
    );
  });

  it('that may not come in at all is 403 without a challenge', () => {
    const answer = plain.refuse(new TokenError('issuer_not_allowed', 'iss'), REQUEST);
    expect(answer).toMatchObject({ status: 403, reason: 'issuer_not_allowed' });
    expect(challengeOf(answer)).toBeUndefined();
    expect(bodyOf(answer)['error']).toBe('access_denied');
  });

  it('puts the error into the challenge of the scheme that was used', () => {
    expect(challengeOf(all.refuse(expired(), REQUEST))).toMatch(
      /^Bearer realm="api", error="invalid_token", .*, DPoP algs="ES256 EdDSA", resource_metadata="[^"]+"$/,
    );
    expect(challengeOf(all.refuse(expired(), authorizedBy('dpop a.b.c')))).toMatch(
      /^Bearer realm="api", resource_metadata="[^"]+", DPoP error="invalid_token", error_description="[^"]+", algs=/,
    );
    expect(challengeOf(plain.refuse(expired(), authorizedBy('DPoP a.b.c')))).toMatch(
      /^Bearer .*invalid_token/,
    );
  });

  it.each([
    ['dpop_proof_invalid', 'invalid_dpop_proof'],
    ['dpop_nonce_required', 'use_dpop_nonce'],
  ] as const)('O23: %s is 401 %s in the DPoP challenge, with a nonce where there is one', (code, error) => {
    const answer = all.refuse(new TokenError(code, 'proof'), REQUEST, 'nonce-1');
    expect(answer).toMatchObject({ status: 401, reason: code });
    expect(challengeOf(answer)).toContain(`, DPoP error="${error}", error_description="`);
    expect(answer.headers['dpop-nonce']).toBe('nonce-1');
    expect(all.refuse(new TokenError(code, 'proof'), REQUEST).headers).not.toHaveProperty('dpop-nonce');
  });

  it('S6: repeats nothing of what an error says to operators', () => {
    for (const error of [expired(), outage(1), new Error('a.b.c'), 'a.b.c']) {
      for (const answers of [plain, asap, all]) {
        expect(JSON.stringify(answers.refuse(error, REQUEST))).not.toMatch(/a\.b\.c|17|keys\.example/);
      }
    }
  });

  it('is frozen, not to be stored, and varies', () => {
    const answers = [
      plain.missing(REQUEST),
      asap.malformed(REQUEST),
      all.refuse(outage(1), REQUEST),
      plain.refuseRule({ reason: 'no_route' }, REQUEST),
    ];
    for (const answer of answers) {
      expect(Object.isFrozen(answer) && Object.isFrozen(answer.headers)).toBe(true);
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
      expect(answer.headers['vary']).toMatch(/^Authorization/);
    }
  });
});

describe('the answer to an outage', () => {
  it('C18: is 503 with the time to wait, and no challenge', () => {
    const answer = plain.refuse(outage(2.2), REQUEST);
    expect(answer).toMatchObject({ status: 503, reason: 'key_source_unavailable' });
    expect(answer.headers['retry-after']).toBe('3');
    expect(challengeOf(answer)).toBeUndefined();
    expect(bodyOf(answer)).toMatchObject({
      error: 'temporarily_unavailable',
      code: 'key_source_unavailable',
    });
  });

  it.each([
    [0, '1'],
    [-5, '1'],
    [1, '1'],
    [1.01, '2'],
    [3600, '3600'],
    [3601, '3600'],
    [Number.NaN, '10'],
    [Number.POSITIVE_INFINITY, '10'],
  ])('turns a wait of %s seconds into %s', (seconds, header) => {
    expect(plain.refuse(outage(seconds), REQUEST).headers['retry-after']).toBe(header);
  });

  it.each([new Error('x'), new TypeError('x'), 'x', undefined, null, { code: 'token_expired', status: 401 }])(
    'C18: is the same for what nobody foresaw: %s',
    (error) => {
      const answer = plain.refuse(error, REQUEST);
      expect(answer).toMatchObject({ status: 503, reason: 'unexpected_error' });
      expect(answer.headers['retry-after']).toBe('10');
      expect(plain.refuseRule({ reason: 'unexpected_error', error }, REQUEST)).toEqual(answer);
    },
  );
});

describe('the answer to a caller who does not meet the rules', () => {
  it('names every scope that is needed', () => {
    const answer = plain.refuseRule({ reason: 'insufficient_scope', scopes: ['read', 'write'] }, REQUEST);
    expect(answer).toMatchObject({ status: 403, reason: 'insufficient_scope' });
    expect(challengeOf(answer)).toMatch(
      /^Bearer realm="api", error="insufficient_scope", error_description="[^"]+", scope="read write"$/,
    );
  });

  it.each(['kind', 'issuer', 'target'] as const)('of %s is 403 without a challenge', (rule) => {
    const answer = plain.refuseRule({ reason: 'caller_not_allowed', rule }, REQUEST);
    expect(answer).toMatchObject({ status: 403, reason: 'caller_not_allowed' });
    expect(challengeOf(answer)).toBeUndefined();
  });

  it.each(['refused_by_check', 'no_route'] as const)('C16: %s is 403 without a challenge', (reason) => {
    const answer = plain.refuseRule({ reason }, REQUEST);
    expect(answer).toMatchObject({ status: 403, reason });
    expect(challengeOf(answer)).toBeUndefined();
    expect(bodyOf(answer)).toMatchObject({ error: 'access_denied', code: reason });
  });

  it.each([
    [3, undefined, 'acr_values="3 3.1 3.5 4"'],
    [undefined, 300, 'max_age="300"'],
    [4, 0, 'acr_values="4", max_age="0"'],
  ])('of level %s and age %s is a step-up challenge', (level, age, parameters) => {
    const answer = plain.refuseRule(stepUpFor(level, age), REQUEST);
    expect(answer).toMatchObject({ status: 401, reason: 'insufficient_user_authentication' });
    expect(challengeOf(answer)).toMatch(
      /^Bearer realm="api", error="insufficient_user_authentication", error_description="[^"]+", /,
    );
    expect(challengeOf(answer)).toMatch(new RegExp(`, ${parameters.replaceAll('.', '\\.')}$`));
  });

  it('of the level is 403 as the API tokens had it, and nothing else is', () => {
    expect(apiJwt.refuseRule(stepUpFor(3, undefined), REQUEST).status).toBe(403);
    expect(apiJwt.missing(REQUEST)).toEqual(plain.missing(REQUEST));
    expect(apiJwt.refuse(expired(), REQUEST)).toEqual(plain.refuse(expired(), REQUEST));
  });
});

describe('the body', () => {
  const typeFor = (...accept: readonly string[]) =>
    plain.missing(requestWith({ fields: accept.map((value) => ['Accept', value]) })).headers['content-type'];

  it.each([
    'application/problem+json',
    'APPLICATION/PROBLEM+JSON',
    'application/problem+json, */*;q=0.1',
    'application/json;q=0.5, application/problem+json;q=0.6',
    'application/json;q=0, */*',
    'application/json;q=0.1, application/*;q=0.2',
    'text/html, application/problem+json;profile=x;q=0.001',
  ])('is problem details for %s', (accept) => {
    expect(typeFor(accept)).toBe('application/problem+json');
  });

  it.each([
    '',
    '*/*',
    'application/*',
    'text/html',
    'application/json',
    'application/json, application/problem+json',
    'application/problem+json;q=0',
    'application/problem+json;q=0.5, application/json;q=0.6',
    'application/problem+json;q=2',
    'application/problem+json;q=-1',
    'application/problem+json;q=x, */*;q=0.1',
    'xapplication/problem+json',
    ',;q=1,;',
  ])('is plain JSON for %j', (accept) => {
    expect(typeFor(accept)).toBe('application/json');
  });

  it('S21: is plain JSON for an Accept of more than 1 KiB, which nobody needs and takes long to read', () => {
    const wanted = 'application/problem+json, text/plain';
    expect(typeFor(wanted.padEnd(1024))).toBe('application/problem+json');
    expect(typeFor(wanted.padEnd(1025))).toBe('application/json');
    expect(typeFor('application/problem+json', ...Array.from({ length: 1000 }, () => 'a/b'))).toBe(
      'application/json',
    );
  });

  it('is chosen by all values of Accept together', () => {
    expect(typeFor('application/json;q=0.1', 'application/problem+json')).toBe('application/problem+json');
    expect(typeFor()).toBe('application/json');
  });

  it('has the members of RFC 9457', () => {
    const request = requestWith({ fields: [['Accept', 'application/problem+json']] });
    expect(bodyOf(plain.refuse(expired(), request))).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'The token has expired.',
      code: 'token_expired',
      error: 'invalid_token',
    });
    expect(bodyOf(plain.missing(request))).not.toHaveProperty('error');
  });
});

describe('answers in the words of ASAP', () => {
  it.each([
    ['token_expired', 401, 'Unauthorized: Invalid token'],
    ['malformed_token', 401, 'Unauthorized: Invalid token'],
    ['key_not_found', 401, 'Unauthorized: Key not found'],
    ['token_replayed', 401, 'Unauthorized: Invalid token - duplicate jti'],
    ['subject_mismatch', 401, 'Unauthorized: Subject and Issuer do not match'],
    ['issuer_not_allowed', 403, 'Forbidden: Invalid token issuer'],
    ['insufficient_scope', 403, 'Forbidden'],
  ] as const)('ASAP-31, ASAP-32: %s is %s "%s"', (code, status, body) => {
    const answer = asap.refuse(new TokenError(code, 'x'), REQUEST);
    expect(answer).toMatchObject({ status, body, reason: code });
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(challengeOf(answer)?.startsWith('Bearer realm="api", error="invalid_token"')).toBe(
      status === 401 ? true : undefined,
    );
  });

  it('ASAP-31, ASAP-32: without a token it is 401 "Unauthorized"', () => {
    const answer = asap.missing(REQUEST);
    expect(answer).toMatchObject({ status: 401, body: 'Unauthorized' });
    expect(challengeOf(answer)).toBe('Bearer realm="api"');
  });

  it('ASAP-31: an issuer that the route does not name is told so', () => {
    const rule = (name: 'kind' | 'issuer') =>
      asap.refuseRule({ reason: 'caller_not_allowed', rule: name }, REQUEST);
    expect(rule('issuer')).toMatchObject({ status: 403, body: 'Forbidden: Invalid token issuer' });
    expect(rule('kind')).toMatchObject({ status: 403, body: 'Forbidden' });
  });

  it('ASAP-32: no 403 has a challenge, not that of a scope either', () => {
    const answer = asap.refuseRule({ reason: 'insufficient_scope', scopes: ['a'] }, REQUEST);
    expect(answer).toMatchObject({ status: 403, body: 'Forbidden' });
    expect(challengeOf(answer)).toBeUndefined();
  });

  it('ASAP-37: an outage is 503', () => {
    expect(asap.refuse(outage(4), REQUEST)).toMatchObject({ status: 503, body: 'Service Unavailable' });
  });
});

describe('options of answers', () => {
  it.each([
    [{ realm: '' }, 'realm must be 1 to 256 characters of printable ASCII'],
    [{ realm: 'a\r\nx: y' }, 'realm must be'],
    [{ realm: 'é' }, 'realm must be'],
    [{ realm: 'a'.repeat(257) }, 'realm must be'],
    [{ resourceMetadata: 'http://api.example/x' }, 'resourceMetadata must use https'],
    [
      { resourceMetadata: 'https://api.example/é' },
      'resourceMetadata must be null or a URL of printable ASCII',
    ],
    [
      { resourceMetadata: 'https://api.example/\r\nx' },
      'resourceMetadata must be null or a URL of printable ASCII',
    ],
    [{ resourceMetadata: '/x' }, 'resourceMetadata must be null or an absolute URL'],
    [{ dpopAlgorithms: [] }, 'dpopAlgorithms must be null or a non-empty array'],
    [{ dpopAlgorithms: ['ES256"'] }, 'dpopAlgorithms must be'],
    [{ dpopAlgorithms: [1] }, 'dpopAlgorithms must be'],
    [{ answers: 'json' }, 'answers must be one of rfc6750, asap, api_jwt'],
    [{ vary: '' }, 'vary must be a non-empty string'],
  ])('refuses %j', (wrong, problem) => {
    expect(usageProblem(() => createAnswers({ ...PLAIN, ...wrong } as AnswerOptions))).toContain(problem);
  });

  it('takes a realm of 256 characters', () => {
    expect(usageProblem(() => createAnswers({ ...PLAIN, realm: 'a'.repeat(256) }))).toBe('accepted');
  });
});
