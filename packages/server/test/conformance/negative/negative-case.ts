/** Requests that must be refused, as data: what is sent, what is answered, and what must not have happened in the store. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  type JoinedAuthority,
  openJoinedAuthority,
  type Sent,
} from '../../support/joined-authority.js';
import { ISSUER } from '../../support/request-handler.js';
import { type Given, jsonOf, parametersOf, REDIRECT_URI, STATE } from './given.js';

/** A request with whatever it needs in place, and what must hold once it was answered. */
export interface Prepared extends Sent {
  readonly after?: (answer: Answer) => Promise<void> | void;
}

export type Prepare = (given: Given) => Promise<Prepared> | Prepared;

export interface Expected {
  /** One, or several where it depends on what is wrong. */
  readonly status: number | readonly number[];
  /** In the JSON of the answer, or in the address of the client's. */
  readonly error?: string;
  /** Who is told: the program that asked (the default), the person on a page, or the client by its redirect URI. */
  readonly told?: 'program' | 'person' | 'client';
  /** That comes back to the client; null: none. */
  readonly state?: string | null;
  /** Null: there is none. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>;
  /** Tables in which something changes; by default none. */
  readonly changes?: readonly string[];
}

export interface NegativeCase {
  /** Clause and row, a colon, and what is sent. */
  readonly name: string;
  readonly prepare: Prepare;
  readonly expected: Expected;
}

export interface NegativeTable {
  /** What refuses: `/token, asked with an authorization code,`. */
  readonly title: string;
  /** What the cases differ from in one point each: it is taken, or they would prove nothing. */
  readonly good: readonly { readonly name: string; readonly prepare: Prepare; readonly status: number }[];
  readonly cases: readonly NegativeCase[];
  /** Null: administrators have no token. */
  readonly adminToken?: null;
}

export function negative(name: string, prepare: Prepare, expected: Expected): NegativeCase {
  return { name, prepare, expected };
}

/** Rows of name and change, each of them answered in the same way. */
export function each<Change>(
  rows: readonly (readonly [name: string, change: Change])[],
  prepare: (given: Given, change: Change) => Promise<Prepared> | Prepared,
  expected: Expected,
): readonly NegativeCase[] {
  return rows.map(([name, change]) => negative(name, (given) => prepare(given, change), expected));
}

/** Fields that hold a secret, or what somebody may believe to be one. */
const SENSITIVE =
  /^(?:code|code_verifier|client_secret|client_assertion|assertion|.*_token|token|device_code|id_token_hint)$/;
const MIN_SECRET_CHARACTERS = 16;

export function describeTable({ title, good, cases, adminToken }: NegativeTable): void {
  describe(title, () => {
    let joined: JoinedAuthority;
    let visitors = 0;
    const given = (): Given => {
      visitors += 1;
      return { ...joined, clientIp: `10.0.${visitors >> 8}.${visitors & 255}`, secrets: new Set() };
    };
    beforeAll(async () => {
      joined = await openJoinedAuthority(adminToken === undefined ? {} : { adminToken });
    });
    afterAll(() => joined.close());

    it.each(good.map((one) => [one.name, one] as const))('takes %s', async (_name, { prepare, status }) => {
      const to = given();
      const sent = await prepare(to);
      const answer = await to.send(sent, to.clientIp);
      expect(answer.status, answer.text).toBe(status);
      if (status < 400) expect(parametersOf(answer)).not.toHaveProperty('error');
      await sent.after?.(answer);
    });

    it.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, { prepare, expected }) => {
      await refuse(given(), prepare, expected);
    });
  });
}

async function refuse(given: Given, prepare: Prepare, expected: Expected): Promise<void> {
  const sent = await prepare(given);
  noteSecrets(given, sent);
  const logged = given.log.length;
  let answer: Answer | undefined;
  const changed = await given.changedBy(async () => {
    answer = await given.send(sent, given.clientIp);
  });
  if (answer === undefined) throw new Error('there is no answer');
  expect([expected.status].flat(), answer.text).toContain(answer.status);
  expect([...changed].sort()).toEqual([...(expected.changes ?? [])].sort());
  expectTold(answer, expected);
  expectHeaders(answer, expected);
  expectNothingLeaks(given, answer, logged);
  await sent.after?.(answer);
}

function noteSecrets({ secrets }: Given, { form = {}, headers = {} }: Sent): void {
  const values = Object.entries(form)
    .filter(([name]) => SENSITIVE.test(name))
    .flatMap(([, value]) => value ?? []);
  const inHeaders = [headers['authorization']?.split(' ')[1], headers['dpop']];
  for (const value of [...values, ...inHeaders])
    if (value !== undefined && value.length >= MIN_SECRET_CHARACTERS) secrets.add(value);
}

function expectTold(answer: Answer, expected: Expected): void {
  const { told = 'program', error } = expected;
  const { status } = answer;
  if (told === 'program' && status >= 400) expectProgramTold(answer, error);
  if (told === 'client') expectClientTold(answer, expected);
  else if (status >= 400) expect(answer.headers.get('location')).toBeNull();
  if (told === 'person') expectPage(answer);
}

/** RFC 6749 section 5.2: two members, the second in printable ASCII without quotes and backslashes. */
function expectProgramTold(answer: Answer, error: string | undefined): void {
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const { error: code, error_description: description, ...rest } = jsonOf(answer);
  expect(code).toBe(error);
  if (error === undefined) return;
  expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(rest).toEqual({});
}

/** RFC 6749 section 4.1.2.1, RFC 9207: error, state as it came, and who says so; never a code. */
function expectClientTold(answer: Answer, { error, state = STATE }: Expected): void {
  expect(answer.headers.get('location')?.slice(0, REDIRECT_URI.length + 1)).toMatch(/cb[?#]$/);
  expect(answer.headers.get('location')?.startsWith(REDIRECT_URI)).toBe(true);
  const { error_description: description, ...told } = parametersOf(answer);
  expect(told).toEqual({ error, iss: ISSUER, ...(state === null ? {} : { state }) });
  expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
}

/** Row O26. */
function expectPage({ headers, text, status }: Answer): void {
  if (status < 300 || status >= 400) {
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).not.toMatch(/<script>| on[a-z]+=|javascript:/i);
  }
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(headers.get('content-security-policy')).not.toContain('unsafe');
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/);
}

function expectHeaders(answer: Answer, expected: Expected): void {
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const sent = answer.headers.get(name);
    if (value instanceof RegExp) expect(sent, name).toMatch(value);
    else expect(sent, name).toBe(value);
  }
}

/** Rows O33 and S6: no secret comes back, nor is one logged, nor anything of what goes on inside. */
function expectNothingLeaks({ secrets, log }: Given, answer: Answer, logged: number): void {
  const told = `${answer.text} ${JSON.stringify([...answer.headers])}`;
  const kept = JSON.stringify(log.slice(logged));
  for (const secret of secrets) {
    expect(told).not.toContain(secret);
    expect(kept).not.toContain(secret);
  }
  expect(told).not.toMatch(/sqlite|node_modules|\bat .*\.[jt]s:\d|TypeError|RangeError|SyntaxError/i);
  expect(log.slice(logged).filter(({ level }) => level === 'error')).toEqual([]);
}
