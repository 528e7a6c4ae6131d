import { describe, expect, it } from 'vitest';
import type { AppSettings } from '../../src/domain/app.js';
import { APP_DEFAULTS } from '../../src/domain/app.js';
import { AppSettingsError, checkAppSettings } from '../../src/domain/app-settings.js';
import { appSettings } from '../support/settings.js';

/** Input as it comes from outside: not held back by types. */
type Loose = Record<string, unknown>;

function problemsOf(changes: Loose, base: AppSettings | null = appSettings()): readonly string[] {
  try {
    checkAppSettings(changes as Partial<AppSettings>, base);
  } catch (error) {
    if (error instanceof AppSettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings of an app', () => {
  it('fills in the defaults, and demands a name and a redirect URL', () => {
    const given = { name: 'Paper Boats', redirectUrl: 'https://boats.example/signed-in' };
    expect(checkAppSettings(given, null)).toEqual({ ...APP_DEFAULTS, ...given });
    expect(problemsOf({}, null)).toEqual(['name is required', 'redirectUrl is required']);
  });

  it('applies changes to the settings so far and keeps nothing else of them', () => {
    const base = Object.freeze({ ...appSettings({ allowRefresh: true }), id: 'x', version: 3 });
    const changes = Object.freeze<Loose>({
      name: '  Steam Boats ',
      delivery: undefined,
    }) as Partial<AppSettings>;
    const settings = checkAppSettings(changes, base);
    expect(settings).toEqual(appSettings({ allowRefresh: true, name: 'Steam Boats' }));
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('reports every problem together, each naming its setting', () => {
    const problems = problemsOf({
      name: '',
      redirectUrl: 'http://boats.example/',
      delivery: 'querry',
      allowRefresh: 'yes',
      linkLifetimeSeconds: 59,
      alow_refresh: true,
      mailTemplate: { subject: 'two\nlines', text: 'no way in', html: 7 },
    });
    expect(problems).toEqual([
      '"alow_refresh" is no setting, did you mean "allowRefresh"?',
      'name must be 1 to 80 characters long',
      'redirectUrl must be https; plain http is allowed on this machine only (localhost, 127.0.0.1, [::1])',
      'delivery must be one of query, fragment, form_post, code, did you mean "query"?',
      'allowRefresh must be true or false',
      'linkLifetimeSeconds must be a whole number of seconds (1 minute to 24 hours), from 60 to 86400',
      'mailTemplate.subject must be one line without control characters',
      'mailTemplate.text must hold {link} or {code}',
      'mailTemplate.html must be a string or null',
    ]);
  });

  it.each([[null], ['settings'], [[]], [7]])('refuses %j in place of settings', (changes) => {
    expect(problemsOf(changes as unknown as Loose)).toEqual(['the settings must be an object']);
  });

  it.each([
    ['linkLifetimeSeconds', 60, 86_400],
    ['codeLifetimeSeconds', 60, 3_600],
    ['idTokenLifetimeSeconds', 60, 86_400],
    ['refreshTokenLifetimeSeconds', 3_600, 34_560_000],
    ['mailsPerHour', 1, 1_000_000],
  ])('takes %s from %d to %d and nothing beside', (name, min, max) => {
    expect(problemsOf({ [name]: min })).toEqual([]);
    expect(problemsOf({ [name]: max })).toEqual([]);
    for (const value of [min - 1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY, `${min}`, null]) {
      expect(problemsOf({ [name]: value })).toHaveLength(1);
    }
  });

  it('takes each delivery mode, link binding and algorithm that there is, and no other', () => {
    for (const delivery of ['query', 'fragment', 'form_post', 'code'])
      expect(problemsOf({ delivery })).toEqual([]);
    for (const linkBinding of ['any-browser', 'same-browser'])
      expect(problemsOf({ linkBinding })).toEqual([]);
    for (const algorithm of ['ES512', 'ES256', 'EdDSA']) expect(problemsOf({ algorithm })).toEqual([]);
    for (const value of ['none', 'es512', 'HS256', '', '__proto__', 7, null]) {
      expect(problemsOf({ algorithm: value })).toHaveLength(1);
      expect(problemsOf({ delivery: value })).toHaveLength(1);
      expect(problemsOf({ linkBinding: value })).toHaveLength(1);
    }
  });

  it.each([
    ['80 characters', 'n'.repeat(80), true],
    ['81 characters', 'n'.repeat(81), false],
    ['80 emoji', '🚤'.repeat(80), true],
    ['spaces only', '   ', false],
    ['markup, which is escaped where it is shown', '<script>alert(1)</script> {{x}}', true],
    ['line feed', 'Boats\nBcc: x@y.z', false],
    ['carriage return', 'Boats\rBcc: x@y.z', false],
    ['NUL', 'Bo\0ats', false],
    ['line separator', 'Bo\u2028ats', false],
    ['right-to-left override', 'Bo\u202Eats', false],
    ['lone surrogate', 'Bo\uD800ats', false],
    ['no string', 7, false],
  ])('M18: name of %s', (_title, name, isTaken) => {
    expect(problemsOf({ name }).length === 0).toBe(isTaken);
  });

  it('does not look up names on a prototype', () => {
    expect(problemsOf(JSON.parse('{"__proto__": {"name": ""}, "constructor": 1}'))).toHaveLength(2);
    expect(problemsOf(Object.create({ name: '' }))).toEqual([]);
  });
});
