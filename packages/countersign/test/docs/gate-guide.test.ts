/** The tables of docs/guides/gate.md, held against the code, so that they stay complete. */
import { readFileSync } from 'node:fs';
import type { SigningKey, TokenErrorCode, UnavailableErrorCode } from 'countersign';
import { createJwtSigner, generateKeyPair, TokenError, UnavailableError } from 'countersign';
import { createLevelLadder } from 'countersign/api-token';
import type { AccessTokensOptions, GateReason, GateRefusal } from 'countersign/gate';
import { accessTokens, asap, createGate } from 'countersign/gate';
import { createTestClock, createTestKeyServer } from 'countersign/testing';
import { expect, it, onTestFinished } from 'vitest';
import { TOKEN_ERRORS, UNAVAILABLE_ERRORS } from '../../src/core/errors.js';
import { createAnswers } from '../../src/gate/answers/create-answers.js';
import { requestWith } from '../gate/support/gate-requests.js';
import { answerOf } from '../gate/support/gates.js';
import { REPOSITORY } from '../support/example-process.js';
import { NOW } from '../support/tokens.js';

const answers = createAnswers({
  realm: 'api',
  answers: 'rfc6750',
  resourceMetadata: null,
  dpopAlgorithms: null,
  vary: 'Authorization',
});
const request = requestWith();
const stepUp = createLevelLadder().findStepUp({}, { level: 3 }, NOW);
if (stepUp === undefined) throw new Error('nothing known must not be enough');

/** The reasons that are no error codes: the compiler says when one is missing here. */
const OWN_REASONS: Readonly<Record<Exclude<GateReason, TokenErrorCode | UnavailableErrorCode>, GateRefusal>> =
  {
    token_missing: answers.missing(request),
    credentials_malformed: answers.malformed(request),
    caller_not_allowed: answers.refuseRule({ reason: 'caller_not_allowed', rule: 'kind' }, request),
    insufficient_user_authentication: answers.refuseRule(
      { reason: 'insufficient_user_authentication', stepUp },
      request,
    ),
    refused_by_check: answers.refuseRule({ reason: 'refused_by_check' }, request),
    no_route: answers.refuseRule({ reason: 'no_route' }, request),
    unexpected_error: answers.refuse(new Error('a defect'), request),
  };

const REFUSALS: readonly GateRefusal[] = [
  ...Object.values(OWN_REASONS),
  ...keysOf(TOKEN_ERRORS).map((code) => answers.refuse(new TokenError(code, 'refused'), request)),
  ...keysOf(UNAVAILABLE_ERRORS).map((code) =>
    answers.refuse(new UnavailableError(code, 'not now', { retryAfterSeconds: 1 }), request),
  ),
];

function keysOf<Key extends string>(table: Readonly<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(table) as Key[];
}

/** The rows of the table whose first column is called `heading`, without back ticks. */
function tableOf(heading: string): string[][] {
  const markdown = readFileSync(`${REPOSITORY}docs/guides/gate.md`, 'utf8');
  const lines = markdown.slice(markdown.search(new RegExp(`^\\| ${heading} +\\|`, 'm'))).split('\n');
  const rows = lines.slice(
    2,
    lines.findIndex((line) => !line.startsWith('|')),
  );
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const bodyOf = ({ body }: GateRefusal): { readonly error?: string; readonly code: string } =>
  JSON.parse(body);

it('the table of answers has every reason there is, once, with its status and its error', () => {
  const listed = tableOf('answer').map(([status, code, error]) => `${status} ${code} ${error}`);
  const given = REFUSALS.map(
    (refusal) => `${refusal.status} ${refusal.reason} ${bodyOf(refusal).error ?? 'none'}`,
  );
  expect(listed.toSorted()).toEqual(given.toSorted());
});

it('one reason has another code in the body', () => {
  const others = REFUSALS.filter((refusal) => bodyOf(refusal).code !== refusal.reason);
  expect(others.map((refusal) => [refusal.reason, bodyOf(refusal).code])).toEqual([
    ['revocation_unavailable', 'key_source_unavailable'],
  ]);
});

it('a challenge comes where another token could help, and a time to wait where waiting could', () => {
  for (const { status, reason, headers } of REFUSALS) {
    const helps = status === 400 || status === 401 || reason === 'insufficient_scope';
    expect([reason, 'www-authenticate' in headers]).toEqual([reason, helps]);
    expect([reason, 'retry-after' in headers]).toEqual([reason, status === 503]);
  }
});

it('the table of frameworks has every adapter there is, under the names of its functions', async () => {
  const { exports: entries } = JSON.parse(
    readFileSync(`${REPOSITORY}packages/countersign/package.json`, 'utf8'),
  ) as { exports: Record<string, { default: string }> };
  const adapters = Object.entries(entries).filter(([, target]) => target.default.startsWith('./dist/http/'));
  const listed = tableOf('import');
  expect(listed.map(([name = '']) => name).toSorted()).toEqual(
    adapters.map(([name]) => name.replace(/^\./, 'countersign')).toSorted(),
  );
  for (const [name = '', functions = ''] of listed) {
    const adapter: Record<string, unknown> = await import(name);
    for (const each of functions.split(', '))
      expect([each, typeof adapter[each]]).toEqual([each, 'function']);
  }
});

it('the table of acceptors has every acceptor there is', async () => {
  const gate: Record<string, unknown> = await import('countersign/gate');
  const names = new Set(tableOf('acceptor').map(([name]) => name));
  const functions = Object.keys(gate).filter((name) => typeof gate[name] === 'function');
  expect([...names].toSorted()).toEqual(functions.filter((name) => !name.startsWith('create')).toSorted());
});

it('what takes the place of jwksUri is what acceptors take', () => {
  const cells = new Map(
    tableOf('express-oauth2-jwt-bearer').map(([option = '', cell = '']) => [option, cell]),
  );
  const cell = cells.get('jwksUri with issuer') ?? '';
  const list = /issuer: (\[.*\])$/.exec(cell)?.[1] ?? '';
  const [issuer, jwksUrl] = ['https://login.example/', 'https://login.example/keys.json'];
  const issuers = new Function('issuer', 'jwksUrl', `return ${list}`)(issuer, jwksUrl);
  expect(cell).toMatch(/^jwksUrl with issuer; /);
  for (const options of [{ issuer, jwksUrl }, { issuer: issuers }] as Pick<AccessTokensOptions, 'issuer'>[])
    expect(accessTokens({ ...options, audience: 'orders' }).kind).toBe('application');
});

/** The gate of the first example, and who may call it. */
async function setUpGate() {
  const keyServer = await createTestKeyServer();
  onTestFinished(keyServer.close);
  const clock = createTestClock(NOW);
  const { publicKey: keys } = generateKeyPair('ES256', { kid: 'login-1' });
  const applications = accessTokens({ issuer: 'https://login.example', audience: 'orders', keys });
  const services = asap({ audience: 'orders', issuers: ['billing'], repository: keyServer.repositoryUrl });
  const gate = createGate({ clock, accept: [applications, services] });
  const answerTo = (issuer: string, key: SigningKey, type = 'JWT') => {
    const options = { key, issuer, type, audience: 'orders', lifetimeSeconds: 600, clock };
    const token = createJwtSigner(options).sign({ sub: issuer, client_id: 'web', jti: 'token-1' });
    return answerOf(gate.guard(), token);
  };
  return { keyServer, clock, answerTo };
}

it('a token of another issuer is refused for its key where one acceptor alone can judge it', async () => {
  const { answerTo } = await setUpGate();
  const { privateKey } = generateKeyPair('ES256', { kid: 'nobody/key-1' });
  expect(await answerTo('https://nobody.example', privateKey)).toBe('key_not_found');
  expect(await answerTo('https://nobody.example', privateKey, 'at+jwt')).toBe('key_not_found');
  const { privateKey: another } = generateKeyPair('ES256', { kid: 'no=path' });
  expect(await answerTo('https://nobody.example', another)).toBe('key_id_invalid');
});

it('a service that called before its key was published is known after 5 seconds', async () => {
  const { answerTo, keyServer, clock } = await setUpGate();
  const { privateKey, publicKey } = generateKeyPair('ES256', { kid: 'billing/key-1' });
  expect(await answerTo('billing', privateKey)).toBe('key_not_found');
  keyServer.publish('billing', [publicKey]);
  clock.advance(4.9);
  expect(await answerTo('billing', privateKey)).toBe('key_not_found');
  clock.advance(0.1);
  expect(await answerTo('billing', privateKey)).toBe('caller');
});
