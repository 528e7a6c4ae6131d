import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGuardedFetch, literalOriginOf } from '../../src/keys/guarded-fetch.js';
import { createNodeRequest } from '../../src/keys/node-request.js';
import { PrivateAddressError } from '../../src/keys/private-address.js';
import type { FetchFunction } from '../../src/keys/remote-fetch.js';
import { fetchBounded } from '../../src/keys/remote-fetch.js';
import { createRemoteJwks } from '../../src/keys/remote-jwks.js';
import { startKeyServer } from './support/key-server.js';
import { createSelfSigned } from './support/self-signed.js';

const LIMITS = { timeoutMs: 2000, maxBytes: 65_536 };
const refused = expect.any(PrivateAddressError);

function get(fetch: FetchFunction, url: string, limits = LIMITS) {
  return fetchBounded(fetch, url, { method: 'GET', headers: {} }, limits);
}

/** Answers with these addresses in turn, each time all of one entry, and keeps the names that were asked for. */
function scriptedLookup(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _options, callback) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(hostname);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { lookup, asked };
}

const answerText: RequestListener = (_request, response) => {
  response.end('hello');
};

describe('private addresses', () => {
  it.each([
    '127.0.0.1',
    'localhost',
    'service.localhost',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::]',
    '0.0.0.0',
  ])('K6: http://%s is refused before anybody is asked', async (host) => {
    const { origin, requests } = await startKeyServer(answerText);
    const { lookup, asked } = scriptedLookup(['127.0.0.1']);
    const answer = await get(
      createGuardedFetch({ allow: 'none', lookup }),
      origin.replace('127.0.0.1', host),
    );
    expect(answer).toMatchObject({ problem: 'no_answer', cause: refused });
    expect([requests, asked]).toEqual([[], []]);
  });

  it.each([[['127.0.0.1']], [['10.0.0.1', '::1']], [['::ffff:7f00:1']], [['64:ff9b::a9fe:a9fe']]])(
    'K6: a name that resolves to %j is refused',
    async (addresses) => {
      const { origin, requests } = await startKeyServer(answerText);
      const { lookup, asked } = scriptedLookup(addresses);
      const fetch = createGuardedFetch({ allow: 'none', lookup });
      const answer = await get(fetch, origin.replace('127.0.0.1', 'keys.example'));
      expect(answer).toMatchObject({ problem: 'no_answer', cause: refused });
      expect(asked).toEqual(['keys.example']);
      expect(requests).toEqual([]);
    },
  );

  it('K6: of several addresses of a name only the public ones are connected to', async () => {
    const { origin, requests } = await startKeyServer(answerText);
    const { lookup } = scriptedLookup(['127.0.0.1', '2001:4860:4860::8888']);
    const fetch = createGuardedFetch({ allow: 'none', lookup });
    await get(fetch, origin.replace('127.0.0.1', 'keys.example'), { ...LIMITS, timeoutMs: 100 });
    expect(requests).toEqual([]);
  });

  it('K6: a name is resolved once for a connection, so that a second answer is of no use', async () => {
    const { origin, requests } = await startKeyServer(answerText);
    const { lookup, asked } = scriptedLookup(['192.0.2.1'], ['127.0.0.1']);
    const fetch = createGuardedFetch({ allow: 'none', lookup });
    const url = origin.replace('127.0.0.1', 'keys.example');
    expect(await get(fetch, url)).toMatchObject({ cause: refused });
    expect(await get(fetch, url)).toMatchObject({ cause: refused });
    expect(asked).toHaveLength(2);
    expect(requests).toEqual([]);
  });

  it('K6: whatever the lookup said, the address of the connected socket is judged before a byte is sent', async () => {
    const { origin, requests } = await startKeyServer(answerText);
    const seen: (string | undefined)[] = [];
    const request = createNodeRequest({
      lookup: scriptedLookup(['127.0.0.1']).lookup,
      isRefused: (address) => {
        seen.push(address);
        return true;
      },
    });
    const fetch: FetchFunction = (url, init) => request(new URL(url), init);
    expect(await get(fetch, origin.replace('127.0.0.1', 'keys.example'))).toMatchObject({ cause: refused });
    expect(seen).toEqual(['127.0.0.1']);
    expect(requests).toEqual([]);
  });

  it('K6: the address of a connection that is used again is judged again', async () => {
    const { origin, requests } = await startKeyServer(answerText);
    let isRefused = false;
    const request = createNodeRequest({ lookup: undefined, isRefused: () => isRefused });
    const fetch: FetchFunction = (url, init) => request(new URL(url), init);
    expect(await get(fetch, origin)).toMatchObject({ status: 200 });
    isRefused = true;
    expect(await get(fetch, origin)).toMatchObject({ cause: refused });
    expect(requests).toHaveLength(1);
  });

  it('a key source says which option lets keys come from there, and not which address it is', async () => {
    const { lookup } = scriptedLookup(['10.1.2.3']);
    const fetch = createGuardedFetch({ allow: 'none', lookup });
    const url = 'https://keys.example/jwks.json';
    const jwks = createRemoteJwks({ url, algorithms: ['ES256'], fetch });
    await expect(jwks.resolve({ kid: 'one', algorithm: 'ES256' })).rejects.toMatchObject({
      code: 'key_source_unavailable',
      message:
        'the key set https://keys.example/jwks.json is at a private or reserved address; allowPrivateAddresses, or ' +
        'the address itself in place of the host name, lets keys come from there',
    });
  });
});

describe('what is allowed', () => {
  it('an origin that was named, and no other port or host', async () => {
    const one = await startKeyServer(answerText);
    const other = await startKeyServer(answerText);
    const fetch = createGuardedFetch({ allow: [one.origin] });
    expect(await get(fetch, one.url)).toMatchObject({ status: 200 });
    expect(await get(fetch, other.url)).toMatchObject({ cause: refused });
    expect(await get(fetch, one.url.replace('127.0.0.1', 'localhost'))).toMatchObject({ cause: refused });
    expect(other.requests).toEqual([]);
  });

  it('everything, where the operator said so', async () => {
    const { origin } = await startKeyServer(answerText);
    const { lookup } = scriptedLookup(['127.0.0.1']);
    const fetch = createGuardedFetch({ allow: 'all', lookup });
    expect(await get(fetch, origin.replace('127.0.0.1', 'keys.example'))).toMatchObject({ status: 200 });
  });

  it.each([
    ['http://127.0.0.1:8080/keys', 'http://127.0.0.1:8080'],
    ['https://10.0.0.1/', 'https://10.0.0.1'],
    ['https://[fd00::1]:8443/', 'https://[fd00::1]:8443'],
    ['http://localhost:3000/jwks.json', 'http://localhost:3000'],
    ['https://keys.internal/', undefined],
    ['https://127.0.0.1.example/', undefined],
  ])('%s is written literally: %s', (url, origin) => {
    expect(literalOriginOf(url)).toBe(origin);
  });
});

describe('requests', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (text: Buffer) => text],
  ] as const)('reads a body in %s', async (coding, compress) => {
    const body = Buffer.from('{"keys":[]}'.repeat(100));
    const { origin } = await startKeyServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(compress(body));
    });
    const answer = await get(createGuardedFetch({ allow: 'all' }), origin);
    expect(answer).toMatchObject({ kind: 'answer', status: 200, body: new Uint8Array(body) });
  });

  it.each([
    ['zstd', Buffer.from('hello')],
    ['gzip, gzip', gzipSync(gzipSync('hello'))],
    ['gzip', Buffer.from('hello')],
    ['gzip', gzipSync('hello').subarray(0, 12)],
  ])(
    'an answer that is not in the %s it says, or in one not asked for, is none (%#)',
    async (coding, body) => {
      const { origin } = await startKeyServer((_request, response) => {
        response.writeHead(200, { 'content-encoding': coding }).end(body);
      });
      const answer = await get(createGuardedFetch({ allow: 'all' }), origin);
      expect(answer).toMatchObject({ kind: 'failure', problem: 'no_answer' });
    },
  );

  it('sends the headers it is given and gives those of the answer', async () => {
    const { origin } = await startKeyServer(({ headers }, response) => {
      response.setHeader('vary', ['a', 'b']).setHeader('etag', String(headers['if-none-match'])).end();
    });
    const init = { method: 'GET', headers: { 'if-none-match': '"1"' }, redirect: 'manual' } as const;
    const { signal } = new AbortController();
    const { headers } = await createGuardedFetch({ allow: 'all' })(origin, { ...init, signal });
    expect([headers.get('ETag'), headers.get('vary'), headers.get('age')]).toEqual(['"1"', 'a, b', null]);
  });

  it('uses a connection again, and takes a new one where that was closed meanwhile', async () => {
    const ports: (number | undefined)[] = [];
    const { origin, requests } = await startKeyServer(({ socket }, response) => {
      ports.push(socket.remotePort);
      if (requests.length === 3 && socket.remotePort === ports[0]) socket.resetAndDestroy();
      else response.end('hello');
    });
    const fetch = createGuardedFetch({ allow: 'all' });
    for (let count = 0; count < 3; count++) expect(await get(fetch, origin)).toMatchObject({ status: 200 });
    expect(ports).toEqual([ports[0], ports[0], ports[0], expect.any(Number)]);
    expect(ports[3]).not.toBe(ports[0]);
  });

  it('K3: takes a change of protocols for no answer, and does not wait for one', async () => {
    const server = await startKeyServer((request) => {
      request.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    });
    const answer = await get(createGuardedFetch({ allow: 'all' }), server.origin);
    expect(answer).toMatchObject({ kind: 'failure', problem: 'no_answer' });
  });

  it('K4: gives up on time, whether or not the fetch heeds its signal', async () => {
    const never: FetchFunction = () => new Promise(() => {});
    const answer = await get(never, 'https://keys.example/', { ...LIMITS, timeoutMs: 20 });
    expect(answer).toMatchObject({ kind: 'failure', problem: 'timeout' });
  });

  it('gives up on time while the name is being resolved', async () => {
    const fetch = createGuardedFetch({ allow: 'none', lookup: () => undefined });
    const answer = await get(fetch, 'https://keys.example/', { ...LIMITS, timeoutMs: 50 });
    expect(answer).toMatchObject({ problem: 'timeout' });
  });

  it('tells that a name does not resolve', async () => {
    const lookup: LookupFunction = (_hostname, _options, callback) =>
      callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
    const answer = await get(createGuardedFetch({ allow: 'none', lookup }), 'https://keys.example/');
    expect(answer).toMatchObject({ problem: 'no_answer', cause: { code: 'ENOTFOUND' } });
  });

  it('does not talk to a server whose certificate nobody vouches for', async () => {
    let requests = 0;
    const server = createServer(createSelfSigned(['keys.example']), (_request, response) => {
      requests += 1;
      response.end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const fetch = createGuardedFetch({ allow: 'all', lookup: scriptedLookup(['127.0.0.1']).lookup });
    const answer = await get(fetch, `https://keys.example:${port}/`);
    expect(answer).toMatchObject({ problem: 'no_answer', cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    expect(requests).toBe(0);
  });
});
