import type { AddressInfo, LookupFunction } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { pipeline } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { exportPrivateJwk, exportPublicJwk, generateKeyPair } from 'countersign';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGuardedFetch } from '../../../src/keys/guarded-fetch.js';
import type { Answer } from '../../keys/support/issuer-server.js';
import { answerJson, startKeyServer } from '../../keys/support/key-server.js';
import { acceptorFor, createKey, PLACES, startDrill } from './drill.js';

const one = createKey('one');
const two = createKey('two');
const MEBIBYTE = 1024 * 1024;

/** Something that listens and must not be reached: counts connections, so that not even a TLS handshake goes unseen. */
async function startTrap() {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

/** Each piece unpacks to a MiB. */
const BOMB = Buffer.concat(Array<Buffer>(500).fill(gzipSync(Buffer.alloc(MEBIBYTE))));

const trickle: Answer = (response) => {
  response.writeHead(200).write(' ');
  const timer = setInterval(() => response.write(' '), 1000);
  response.on('close', () => clearInterval(timer));
};

/** White space without end, and how much of it was taken. */
function endless(headers: Record<string, string>) {
  const taken = { bytes: 0 };
  function* pieces() {
    for (;;) {
      taken.bytes += 65_536;
      yield Buffer.alloc(65_536, 0x20);
    }
  }
  const answer: Answer = (response) => {
    response.writeHead(200, headers);
    pipeline(pieces(), response, () => undefined);
  };
  return { taken, answer };
}

describe.each(PLACES)('K4: an answer without bounds, with %s', (place) => {
  it.each([
    ['50 MB that are announced', { 'content-length': String(50 * MEBIBYTE) }],
    ['a body without an end', {}],
  ])('%s: little is read, and 503', async (_what, headers) => {
    const drill = await startDrill(place);
    const { taken, answer } = endless(headers);
    drill.server.breakDown(answer);
    expect(await drill.answer(drill.sign(one))).toBe('key_source_unavailable');
    // What lies in the buffers of two sockets comes on top of the one MiB that is read.
    expect(taken.bytes).toBeLessThan((place === 'discovery' ? 2 : 1) * 12 * MEBIBYTE);
  });

  it('half a GiB in half a MB of gzip: memory stays flat, and 503', async () => {
    const drill = await startDrill(place);
    drill.server.breakDown((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' }).end(BOMB);
    });
    const before = process.memoryUsage.rss();
    expect(await drill.answer(drill.sign(one))).toBe('key_source_unavailable');
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * MEBIBYTE);
  });
});

describe('K4: an answer that takes its time', () => {
  it.each<readonly [string, Answer]>([
    ['never begins', () => undefined],
    ['comes byte by byte', trickle],
  ])('that %s is waited for five seconds, and 503', async (_what, answer) => {
    const answers = PLACES.map(async (place) => {
      const drill = await startDrill(place);
      drill.server.breakDown(answer);
      return drill.answer(drill.sign(one));
    });
    const startedAt = performance.now();
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['key_source_unavailable']));
    expect(performance.now() - startedAt).toBeLessThan(7000);
  });
});

describe.each(PLACES)('K5: redirects, with %s', (place) => {
  it.each([301, 302, 303, 307, 308])('%i leads nowhere', async (status) => {
    const key = exportPublicJwk(one.publicKey);
    const target = await startKeyServer(answerJson({ keys: [key] }));
    for (const location of [
      target.url,
      target.url.replace('127.0.0.1', 'localhost'),
      target.url.replace('http:', 'https:'),
      target.url.replace('http:', ''),
      'file:///etc/passwd',
      'http://169.254.169.254/latest/meta-data/',
      'http://[::1]/',
    ]) {
      const drill = await startDrill(place);
      drill.server.breakDown((response) => response.writeHead(status, { location }).end());
      expect(await drill.answer(drill.sign(one))).toBe('key_source_unavailable');
      expect(drill.server.requests.length).toBeLessThanOrEqual(2);
    }
    expect(target.requests).toEqual([]);
  });
});

describe('K6: private addresses', () => {
  it.each(PLACES)('%s at a name that resolves to one is not connected to', async (place) => {
    const trap = await startTrap();
    const names: string[] = [];
    for (const address of [
      '127.0.0.1',
      '::ffff:127.0.0.1',
      '::1',
      '10.0.0.1',
      '169.254.169.254',
      'fd00::1',
    ]) {
      const lookup: LookupFunction = (hostname, _options, callback) => {
        names.push(hostname);
        callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
      };
      const fetch = createGuardedFetch({ allow: 'none', lookup });
      const accept = [acceptorFor(place, `https://keys.example:${trap.port}`)];
      const drill = await startDrill(place, { accept, fetch });
      const token = drill.sign(one, drill.isAsap ? {} : { iss: `https://keys.example:${trap.port}` });
      expect(await drill.answer(token)).toBe('key_source_unavailable');
    }
    expect(names).toHaveLength(6);
    expect(trap.connections()).toBe(0);
  });

  it.each(PLACES)('%s at a name whose second answer is one is not connected to', async (place) => {
    const trap = await startTrap();
    let asked = 0;
    const lookup: LookupFunction = (_hostname, _options, callback) => {
      asked += 1;
      // Nobody is at the first one (RFC 5737), which is reserved itself; and then the name moves.
      callback(null, [{ address: asked === 1 ? '192.0.2.1' : '127.0.0.1', family: 4 }]);
    };
    const fetch = createGuardedFetch({ allow: 'none', lookup });
    const base = `https://keys.example:${trap.port}`;
    const drill = await startDrill(place, { accept: [acceptorFor(place, base)], fetch });
    const token = drill.sign(one, drill.isAsap ? {} : { iss: base });
    for (let second = 0; second < 3; second++) {
      expect(await drill.answer(token)).toBe('key_source_unavailable');
      drill.clock.advance(5);
    }
    expect(asked).toBeGreaterThan(1);
    expect(trap.connections()).toBe(0);
  });

  it.each([
    '127.0.0.1',
    'localhost',
    '0x7f.1',
    '2130706433',
    '[::ffff:127.0.0.1]',
    '[::1]',
    '0.0.0.0',
    '169.254.169.254',
    '10.0.0.1',
  ])('an issuer cannot send the gate to %s', async (host) => {
    const trap = await startTrap();
    for (const scheme of ['http', 'https']) {
      const drill = await startDrill('discovery');
      const jwks_uri = `${scheme}://${host}:${trap.port}/keys`;
      const metadata = { issuer: drill.server.origin, jwks_uri };
      drill.server.publish('/.well-known/oauth-authorization-server', metadata);
      expect(await drill.answer(drill.sign(one))).toBe('key_source_unavailable');
    }
    expect(trap.connections()).toBe(0);
  });

  it('a token cannot send it anywhere: neither by its issuer, nor by its key id, nor by its header', async () => {
    const trap = await startTrap();
    for (const place of PLACES) {
      const drill = await startDrill(place);
      drill.publish([one]);
      const url = `http://127.0.0.1:${trap.port}`;
      const tokens = [
        drill.sign(one, { iss: url }),
        drill.sign(generateKeyPair('ES256', { kid: `${url}/key` })),
        drill.sign(generateKeyPair('ES256', { kid: `//127.0.0.1:${trap.port}/key` })),
      ];
      for (const token of tokens) expect(await drill.answer(token)).not.toBe('caller');
    }
    expect(trap.connections()).toBe(0);
  });
});

describe.each(['a key set', 'discovery'] as const)('K7: keys that must not be used, in %s', (place) => {
  const good = exportPublicJwk(one.publicKey);
  const other = exportPublicJwk(two.publicKey);

  it.each<readonly [string, readonly object[], string]>([
    ['a private key', [exportPrivateJwk(two.privateKey)], 'key_not_found'],
    ['a key for encryption', [{ ...other, use: 'enc' }], 'key_not_found'],
    ['a key for another algorithm', [{ ...other, alg: 'ES384' }], 'key_not_found'],
    ['a key that may not verify', [{ ...other, key_ops: ['deriveBits'] }], 'key_not_found'],
    ['two keys of one id', [other, { ...good, kid: other.kid }], 'key_not_found'],
    ['a key without an id', [{ ...other, kid: undefined }], 'key_not_found'],
    ['a secret', [{ kty: 'oct', k: 'c2VjcmV0', kid: other.kid }], 'key_not_found'],
    ['a key of an unknown kind first', [{ kty: 'AKP', kid: other.kid }, other], 'caller'],
    ['junk', [[], null, 'key', 1, other] as object[], 'caller'],
  ])('%s leaves the others usable', async (_what, keys, answer) => {
    const drill = await startDrill(place);
    drill.server.publish('/keys', { keys: [...keys, good] });
    expect(await drill.answer(drill.sign(one))).toBe('caller');
    expect(await drill.answer(drill.sign(two))).toBe(answer);
  });

  it('a hundred keys are looked at, and no more', async () => {
    const drill = await startDrill(place);
    const keys = Array.from({ length: 99 }, (_, index) => ({ ...other, kid: `service/${index}` }));
    drill.server.publish('/keys', { keys: [...keys, good, other] });
    expect(await drill.answer(drill.sign(one))).toBe('caller');
    expect(await drill.answer(drill.sign(two))).toBe('key_not_found');
  });
});
