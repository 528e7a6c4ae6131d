import { UsageError } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../src/http/exchange.js';
import { noContent } from '../../src/http/respond.js';
import { createRouter, pathParameter } from '../../src/http/router.js';

function route(method: Route['method'], pattern: string): Route {
  return { method, pattern, kind: 'api', handle: async () => noContent() };
}

const router = createRouter([
  route('GET', '/'),
  route('GET', '/healthz'),
  route('GET', '/assets/:file'),
  route('POST', '/:appId/refresh'),
  route('GET', '/:appId/sign-in'),
  route('POST', '/:appId/sign-in'),
  route('DELETE', '/:appId/user/refresh'),
  route('DELETE', '/:appId/user/refresh/:token'),
  route('GET', '/keys/*kid'),
  route('PUT', '/keys/*kid'),
  route('GET', '/keys/list'),
]);

function match(method: string, path: string) {
  const matched = router.match(method, path);
  return matched.outcome === 'found'
    ? { pattern: matched.route.pattern, parameters: matched.parameters }
    : matched.outcome;
}

describe('createRouter', () => {
  it('finds literal paths, parameters and the root', () => {
    expect(match('GET', '/')).toEqual({ pattern: '/', parameters: {} });
    expect(match('GET', '/healthz')).toEqual({ pattern: '/healthz', parameters: {} });
    expect(match('POST', '/app/refresh')).toEqual({
      pattern: '/:appId/refresh',
      parameters: { appId: 'app' },
    });
    expect(match('DELETE', '/app/user/refresh/t')).toEqual({
      pattern: '/:appId/user/refresh/:token',
      parameters: { appId: 'app', token: 't' },
    });
  });

  it('prefers a literal to a parameter and does not reconsider', () => {
    expect(match('GET', '/assets/sign-in')).toEqual({
      pattern: '/assets/:file',
      parameters: { file: 'sign-in' },
    });
    expect(match('POST', '/assets/refresh')).toBe('other_method');
    expect(match('GET', '/healthz/sign-in')).toBe('not_found');
  });

  it('JAM-12: decodes a parameter once, so that an encoded slash stays inside of it', () => {
    expect(match('DELETE', '/app/user/refresh/a%2Fb%2Bc%3D%3D')).toMatchObject({
      parameters: { token: 'a/b+c==' },
    });
    expect(match('DELETE', '/app/user/refresh/a+b')).toMatchObject({ parameters: { token: 'a+b' } });
    expect(match('DELETE', '/app/user/refresh/%252F')).toMatchObject({ parameters: { token: '%2F' } });
  });

  it.each(['%', '%zz', '%2', '%ff', '%c0%af', '%00', 'a%0ab', '%1b%5b2J', '%7f', '%c2%85'])(
    'finds nothing under a parameter that is broken or hides a control character: %s',
    (segment) => {
      expect(match('DELETE', `/app/user/refresh/${segment}`)).toBe('not_found');
    },
  );

  it.each(['/healthz/', '//healthz', '/app/user/refresh/', '/app//refresh', '', 'healthz', '/HEALTHZ'])(
    'takes %j for another path, which does not exist',
    (path) => {
      expect(match('GET', path)).toBe('not_found');
    },
  );

  it('takes the rest of a path, decoded once, segment by segment', () => {
    expect(match('GET', '/keys/a')).toEqual({ pattern: '/keys/*kid', parameters: { kid: 'a' } });
    expect(match('HEAD', '/keys/a/b.c/d')).toMatchObject({ parameters: { kid: 'a/b.c/d' } });
    expect(match('GET', '/keys/a/%2e%2e/b%2Bc/%252e')).toMatchObject({ parameters: { kid: 'a/../b+c/%2e' } });
    expect(match('GET', '/keys/list')).toMatchObject({ pattern: '/keys/list' });
    expect(match('GET', '/keys/list/a')).toBe('not_found');
    expect(match('POST', '/keys/a/b')).toBe('other_method');
  });

  it.each([
    '/keys',
    '/keys/',
    '/keys//',
    '/keys/a/',
    '/keys/a//b',
    '/keys//a',
    '/keys/a%2Fb',
    '/keys/a/%00',
    '/keys/%',
  ])('finds no rest of a path in %j', (path) => {
    expect(match('GET', path)).toBe('not_found');
  });

  it('compares literals as they were sent, without decoding', () => {
    expect(match('GET', '/%68ealthz')).toBe('not_found');
    expect(match('POST', '/app/%72efresh')).toBe('not_found');
  });

  it('answers HEAD where GET is, and names the methods of a path for others', () => {
    expect(match('HEAD', '/healthz')).toMatchObject({ pattern: '/healthz' });
    expect(match('HEAD', '/app/refresh')).toBe('other_method');
    expect(router.match('PUT', '/app/sign-in')).toEqual({
      outcome: 'other_method',
      kind: 'api',
      methods: ['GET', 'HEAD', 'POST'],
    });
  });

  it('takes names of prototypes for what they are: names', () => {
    expect(match('__proto__', '/healthz')).toBe('other_method');
    expect(match('GET', '/__proto__')).toBe('not_found');
    expect(match('GET', '/__proto__/sign-in')).toMatchObject({ parameters: { appId: '__proto__' } });
  });

  it('S21: refuses a path of a million segments, and one of a megabyte, like any other', () => {
    expect(match('GET', '/a'.repeat(1_000_000))).toBe('not_found');
    expect(match('GET', `/${'%25'.repeat(333_333)}/sign-in`)).toMatchObject({ pattern: '/:appId/sign-in' });
    expect(match('GET', '/'.repeat(1_000_000))).toBe('not_found');
    expect(match('GET', `/keys${'/a'.repeat(1_000_000)}`)).toMatchObject({ pattern: '/keys/*kid' });
    expect(match('GET', `/keys${'/'.repeat(1_000_000)}`)).toBe('not_found');
  });

  it('lists every mistaken pattern when it is made', () => {
    const make = () =>
      createRouter(
        ['x', '/a//b', '/:a', '/:b', '/*c/d', '/a/*e', '/a/*f'].map((pattern) => route('GET', pattern)),
      );
    expect(make).toThrow(UsageError);
    expect(make).toThrow(
      /pattern x must start.*empty segment.*GET \/:b is given twice.*\/\*c\/d goes on after \*c.*GET \/a\/\*f is given/,
    );
  });
});

describe('pathParameter', () => {
  it('gives the value, and throws where the pattern has no such parameter', () => {
    expect(pathParameter({ appId: 'a' }, 'appId')).toBe('a');
    expect(() => pathParameter({}, 'appId')).toThrow(TypeError);
  });
});
