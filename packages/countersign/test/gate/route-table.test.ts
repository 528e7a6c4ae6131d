import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableRoute } from '../../src/gate/rules/route-table.js';
import { createRouteTable } from '../../src/gate/rules/route-table.js';
import { hostileText } from '../support/hostile-text.js';
import { usageProblem } from '../support/usage.js';

const routes = (...paths: readonly string[]): readonly TableRoute[] =>
  paths.map((path) => ({ methods: 'GET', path }));

const ORDERS = createRouteTable([
  { methods: ['GET', 'POST'], path: '/orders' },
  { methods: 'GET', path: '/orders/:id' },
  { methods: 'DELETE', path: '/orders/:id' },
  { methods: 'GET', path: '/orders/export' },
  { methods: 'GET', path: '/files/*rest' },
  { methods: 'GET', path: '/café/a b' },
  { methods: 'GET', path: '/' },
]);

/** The path of the entry, or `denied`. */
const find = (url: string, method = 'GET', table = ORDERS) => table.find(method, url)?.path ?? 'denied';

describe('a route table', () => {
  it.each([
    ['/', '/'],
    ['/orders', '/orders'],
    ['/orders/7', '/orders/:id'],
    ['/orders/export', '/orders/export'],
    ['/orders/exports', '/orders/:id'],
    ['/orders/...', '/orders/:id'],
    ['/orders/a:b@c', '/orders/:id'],
    ['/files/a', '/files/*rest'],
    ['/files/a/b/c', '/files/*rest'],
    ['/files/a/', '/files/*rest'],
    ['/caf%C3%A9/a%20b', '/café/a b'],
  ])('C16: finds for %s the entry %s', (url, path) => {
    expect(find(url)).toBe(path);
  });

  it.each([
    '/nothing',
    '/orders/7/items',
    '/orders/',
    '/orders/7/',
    '/Orders',
    '/ORDERS/7',
    '/files',
    '/files/',
    '/order',
    '/ordersx',
    '/caf%E9/a%20b',
    '/cafe%CC%81/a%20b',
  ])('C16: denies what no entry names: %s', (url) => {
    expect(find(url)).toBe('denied');
  });

  it.each([
    ['GET', '/orders'],
    ['HEAD', '/orders'],
    ['POST', '/orders'],
  ])('C16: takes %s', (method, path) => {
    expect(find('/orders', method)).toBe(path);
  });

  it.each(['get', 'Get', 'head', 'PUT', 'OPTIONS', 'GET ', '', 'POST,GET', '__proto__', 'toString'])(
    'C16: denies the method %j, compared exactly',
    (method) => {
      expect(find('/orders', method)).toBe('denied');
    },
  );

  it('C16: finds by the method that came, whatever a header says of another', () => {
    expect(find('/orders/7', 'DELETE')).toBe('/orders/:id');
    expect(ORDERS.find('DELETE', '/orders/7')?.methods).toEqual(['DELETE']);
    expect(find('/orders/7', 'POST')).toBe('denied');
  });

  it.each([
    '/orders?a=b',
    '/orders?',
    '/orders?/../x',
    '/orders?a=%zz',
    '/orders?a#b',
    '/orders?a=/orders/7',
  ])('C16: leaves the query out of the path: %s', (url) => {
    expect(find(url)).toBe('/orders');
  });

  it.each([
    ['http://api.example/orders', '/orders'],
    ['HTTPS://api.example:8443/orders/7?a=b', '/orders/:id'],
    ['http://user@api.example/orders', '/orders'],
    ['http://api.example', '/'],
    ['http://api.example?a=b', '/'],
    ['http://api.example/', '/'],
    ['http://api.example//orders', 'denied'],
    ['http://api.example\\orders', 'denied'],
    ['http://api.example/x/../orders', 'denied'],
    ['http://api.example#/orders', 'denied'],
    ['ftp://api.example/orders', 'denied'],
    ['http:/orders', 'denied'],
    ['http:orders', 'denied'],
    ['//api.example/orders', 'denied'],
  ])('C16: reads the absolute form %s: %s', (url, path) => {
    expect(find(url)).toBe(path);
  });

  it.each([
    '',
    '*',
    'orders',
    'api.example:443',
    '//orders',
    '/orders//7',
    '/files//a',
    '/files/a//b',
    '/files/a//',
    '/./orders',
    '/orders/.',
    '/orders/..',
    '/files/../orders',
    '/files/a/../../orders',
    '/files/%2e%2e/orders',
    '/files/.%2E/orders',
    '/files/%2e/a',
    '/files/a%2fb',
    '/files/a%2Fb',
    '/files/a%5cb',
    '/files/a%5Cb',
    '/files/a\\b',
    '/files\\a',
    '/files/..\\orders',
    '/files/..;/orders',
    '/orders;x=1',
    '/orders/7;x=1',
    '/orders/7%3bx=1',
    '/files/a%00',
    '/files/a\u0000',
    '/files/a%0a',
    '/files/a%0d%0aX:1',
    '/files/a%7f',
    '/files/a%c2%80',
    '/files/a b',
    '/files/a\tb',
    '/files/a\n',
    '/files/é',
    '/files/a#b',
    '/files/%',
    '/files/%2',
    '/files/%zz',
    '/files/%ff',
    '/files/%c0%af',
    '/files/%e0%80%af',
    '/files/%ed%a0%80',
    '/files/%252e%252e/orders',
    '/files/a%252fb',
    '/files/a%255cb',
    '/files/%25252e',
    '/files/%253b',
  ])('C16: denies what could be read in two ways: %j', (url) => {
    expect(find(url)).toBe('denied');
  });

  it('C16: decodes once', () => {
    const table = createRouteTable(routes('/a', '/:any'));
    expect(find('/%61', 'GET', table)).toBe('/a');
    expect(find('/100%25', 'GET', table)).toBe('/:any');
    expect(find('/%2561', 'GET', table)).toBe('/:any');
  });

  it('C16: an entry with a slash at its end is another one', () => {
    const table = createRouteTable(routes('/a/', '/a', '/:x/'));
    expect(find('/a/', 'GET', table)).toBe('/a/');
    expect(find('/a', 'GET', table)).toBe('/a');
    expect(find('/b/', 'GET', table)).toBe('/:x/');
    expect(find('/b', 'GET', table)).toBe('denied');
  });

  it.each([
    [['/a/*rest', '/a/:x', '/a/b', '/*rest', '/a/:x/c']],
    [['/*rest', '/a/:x/c', '/a/b', '/a/:x', '/a/*rest']],
  ])('finds the narrowest entry in whatever order they are: %j', (paths) => {
    const table = createRouteTable(routes(...paths));
    expect(['/a/b', '/a/x', '/a/x/c', '/a/b/d', '/a', '/b/c'].map((url) => find(url, 'GET', table))).toEqual([
      '/a/b',
      '/a/:x',
      '/a/:x/c',
      '/a/*rest',
      '/*rest',
      '/*rest',
    ]);
  });

  it('finds a colon or an asterisk inside of a segment as they are', () => {
    const table = createRouteTable(routes('/items:batch', '/a*b'));
    expect(find('/items:batch', 'GET', table)).toBe('/items:batch');
    expect(find('/items7', 'GET', table)).toBe('denied');
    expect(find('/acb', 'GET', table)).toBe('denied');
  });

  it('is frozen, and that of the moment it was made', () => {
    const methods = ['GET'];
    const route = { methods, path: '/a', scopes: 'read' };
    const table = createRouteTable([route]);
    methods.push('POST');
    route.path = '/b';
    expect(table.routes).toEqual([{ methods: ['GET'], path: '/a', scopes: 'read' }]);
    expect(table.find('POST', '/a')).toBeUndefined();
    expect([table, table.routes, table.routes[0], table.routes[0]?.methods].every(Object.isFrozen)).toBe(
      true,
    );
  });

  it('throws nothing, and finds no path that leads up, whatever is asked for', () => {
    const text = fc.oneof(hostileText, fc.string({ unit: fc.constantFrom(...'/.%2eEfF5cC;\\?#ab') }));
    const table = createRouteTable(routes('/*rest'));
    fc.assert(
      fc.property(text, (rest) => {
        const url = `/${rest}`;
        if (table.find('GET', url) === undefined) return;
        const [path = ''] = url.split('?');
        expect(decodeURIComponent(new URL(path, 'http://h').pathname)).toBe(decodeURIComponent(path));
        expect(decodeURIComponent(path)).not.toMatch(/\/\.{1,2}(?:\/|$)|\/\/|\\|;|%2f/i);
      }),
      { numRuns: 2_000 },
    );
  });

  it('S21: reads a long path in linear time', () => {
    const table = createRouteTable(routes('/*rest'));
    const startedAt = performance.now();
    for (const part of ['/a', '%2e', '%41/', '//', 'a', '%']) table.find('GET', `/${part.repeat(30_000)}`);
    expect(performance.now() - startedAt).toBeLessThan(300);
  });
});

describe('entries that are refused', () => {
  it.each([
    [['/a', '/a']],
    [['/:x', '/:y']],
    [['/a/*x', '/a/*y']],
    [['/a/:x', '/:y/b']],
    [['/a/*x', '/:y/b/c']],
    [['/a/:x/c', '/a/b/:y']],
    [['/:x/', '/a/*rest', '/:x/b']],
  ])('C16: match the same requests, and neither is narrower: %j', (paths) => {
    expect(usageProblem(() => createRouteTable(routes(...paths)))).toMatch(
      /^invalid_options: GET \S+ and GET \S+ match the same requests$/,
    );
  });

  it.each([
    [['/a', '/b', '/A']],
    [['/a', '/:x', '/*rest']],
    [['/a/b', '/a/:x']],
    [['/a/:x', '/:y/:z']],
    [['/a/', '/a/:x', '/a/*rest']],
    [['/:x/', '/:x/*rest']],
  ])('C16: not those that are nested or apart: %j', (paths) => {
    expect(usageProblem(() => createRouteTable(routes(...paths)))).toBe('accepted');
  });

  it('C16: not those of different methods', () => {
    const table = createRouteTable([
      { methods: ['GET', 'POST'], path: '/a' },
      { methods: 'PUT', path: '/a' },
    ]);
    expect(table.find('PUT', '/a')?.methods).toEqual(['PUT']);
  });

  it.each([
    [{ methods: 'get', path: '/a' }, 'routes[0].methods must be methods in capitals'],
    [{ methods: [], path: '/a' }, 'routes[0].methods must be methods in capitals'],
    [{ methods: '*', path: '/a' }, 'routes[0].methods must be'],
    [{ methods: ['GET', 1], path: '/a' }, 'routes[0].methods must be'],
    [{ methods: ['GET', 'HEAD'], path: '/a' }, 'routes[0].methods must not name HEAD'],
    [{ path: '/a' }, 'routes[0].methods is required'],
    [{ methods: 'GET' }, 'routes[0].path is required'],
    [null, 'routes[0] must be an object, not null'],
  ])('C16: %j', (route, problem) => {
    expect(usageProblem(() => createRouteTable([route as never]))).toContain(problem);
  });

  it.each(
    ['', 'a', '//a', '/a//', '/a/./b', '/..', '/a%20b', '/a?b', '/a#b', '/a;b', '/a\\b', '/a\u0000'].concat([
      '/*rest/a',
      '/:',
      '/*',
      '/:a-b',
      '/:a/:a',
      '/:a/*a',
    ]),
  )('C16: the path %j, which could never match or is no pattern', (path) => {
    expect(usageProblem(() => createRouteTable(routes(path)))).toMatch(
      /^invalid_options: routes\[0\]\.path /,
    );
  });

  it('are told with every problem', () => {
    const wrong = [{ methods: 'get', path: 'a' }, { methods: 'GET', path: '/a' }, null] as never;
    expect(usageProblem(() => createRouteTable(wrong)).split('; ')).toHaveLength(3);
    expect(usageProblem(() => createRouteTable([]))).toContain('routes must be a non-empty array');
  });
});
