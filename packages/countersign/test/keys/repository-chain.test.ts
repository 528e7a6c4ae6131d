import { describe, expect, it } from 'vitest';
import { TokenError, UnavailableError, UsageError } from '../../src/core/errors.js';
import { generateKeyPair } from '../../src/keys/generate-key-pair.js';
import type { KeySource } from '../../src/keys/key-source.js';
import { createRemoteJwks } from '../../src/keys/remote-jwks.js';
import { createRepositoryChain } from '../../src/keys/repository-chain.js';
import { createStaticKeys } from '../../src/keys/static-keys.js';
import { lookup, PEM, pemAnswer, resolveKid, setUpPemRepository } from './support/scripted-pem.js';

function recordWarnings() {
  const warnings: unknown[] = [];
  const warn = (event: string, fields: unknown) => warnings.push({ event, fields });
  return { warnings, logger: { warn } };
}

/** Two repositories; only the second one has the key, and the first answers as the test says. */
function setUpChain(answer: () => Response | Promise<Response>) {
  const first = setUpPemRepository();
  const second = setUpPemRepository();
  first.remote.answer = answer;
  second.publish('svc/one');
  const { warnings, logger } = recordWarnings();
  const chain = createRepositoryChain([first.repository, second.repository], { logger });
  return { chain, first, second, warnings };
}

const noConnection = () => Promise.reject(new TypeError('fetch failed'));

describe('createRepositoryChain', () => {
  it('ASAP-19: asks the first one first, and nobody else where it has the key', async () => {
    const { chain, first, second, warnings } = setUpChain(() => pemAnswer(PEM));
    const key = await resolveKid(chain, 'svc/one');
    expect(chain.peek(lookup('svc/one'))).toBe(key);
    expect(first.requests).toHaveLength(1);
    expect(second.requests).toHaveLength(0);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['no connection', noConnection, 'gave no answer (request failed)'],
    ['status 500', () => new Response(null, { status: 500 }), 'answered with status 500'],
    ['status 503', () => new Response(null, { status: 503 }), 'answered with status 503'],
    ['status 599', () => new Response(null, { status: 599 }), 'answered with status 599'],
  ])('ASAP-19, A12: moves on after %s, with a warning that names repository and cause', async (...row) => {
    const [, answer, problem] = row;
    const { chain, second, warnings } = setUpChain(answer);
    await expect(resolveKid(chain, 'svc/one')).resolves.toMatchObject({ kid: 'svc/one' });
    expect(second.requests).toHaveLength(1);
    expect(warnings).toEqual([
      {
        event: 'key_source_passed_over',
        fields: {
          reason: 'key_source_unavailable',
          problem: `the key repository https://keys.example/asap/ ${problem}`,
        },
      },
    ]);
    expect(chain.peek(lookup('svc/one'))).toBeDefined();
  });

  it.each([
    [403, 'key_not_found'],
    [404, 'key_not_found'],
    [410, 'key_not_found'],
    [400, 'key_source_unavailable'],
    [429, 'key_source_unavailable'],
    [302, 'key_source_unavailable'],
  ])('ASAP-19: status %i ends the search', async (status, code) => {
    const { chain, second, warnings } = setUpChain(() => new Response(null, { status }));
    await expect(resolveKid(chain, 'svc/one')).rejects.toMatchObject({ code, cause: { status } });
    expect(second.requests).toHaveLength(0);
    expect(warnings).toEqual([]);
  });

  it('ASAP-19: an answer that is no key ends the search', async () => {
    const { chain, second } = setUpChain(() => new Response(PEM));
    await expect(resolveKid(chain, 'svc/one')).rejects.toMatchObject({ cause: { problem: 'bad_answer' } });
    expect(second.requests).toHaveLength(0);
  });

  it('A12: a flood of unknown ids does not spill over to the next repository', async () => {
    const { chain, first, second } = setUpChain(() => new Response(null, { status: 404 }));
    for (let index = 0; index < 1000; index++) {
      await expect(resolveKid(chain, `x/${index}`)).rejects.toBeDefined();
    }
    expect(first.requests).toHaveLength(1);
    expect(second.requests).toHaveLength(0);
  });

  it('A12: while the first is down, it is not asked again for each key', async () => {
    const { chain, first, second } = setUpChain(noConnection);
    for (let index = 0; index < 20; index++) {
      second.publish(`svc/${index}`);
      await expect(resolveKid(chain, `svc/${index}`)).resolves.toBeDefined();
    }
    expect(first.requests).toHaveLength(1);
    expect(second.requests).toHaveLength(20);
  });

  it('ASAP-19, A12: all of them down is 503 with the error of each', async () => {
    const { chain, second, warnings } = setUpChain(noConnection);
    second.remote.answer = () => new Response(null, { status: 500 });
    const error: unknown = await resolveKid(chain, 'svc/one').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({
      code: 'key_source_unavailable',
      status: 503,
      retryAfterSeconds: 1,
      cause: { errors: [{ cause: { problem: 'no_answer' } }, { cause: { status: 500 } }] },
    });
    expect(warnings).toHaveLength(2);
  });

  it('ASAP-19: the policy can be replaced: on to the next after a key that is not there', async () => {
    const first = setUpPemRepository();
    const second = setUpPemRepository();
    second.publish('svc/one');
    const chain = createRepositoryChain([first.repository, second.repository], {
      moveOn: (error) => error.code === 'key_not_found',
    });
    await expect(resolveKid(chain, 'svc/one')).resolves.toBeDefined();
    first.clock.advance(5);
    const error: unknown = await resolveKid(chain, 'svc/two').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenError);
    expect(error).toMatchObject({ code: 'key_not_found', status: 401 });
  });

  it('ASAP-19: the policy can be replaced: never on', async () => {
    const { first, second } = setUpChain(noConnection);
    const chain = createRepositoryChain([first.repository, second.repository], { moveOn: () => false });
    await expect(resolveKid(chain, 'svc/one')).rejects.toMatchObject({ cause: { problem: 'no_answer' } });
    expect(second.requests).toHaveLength(0);
  });

  it('takes key sources of any kind, and lets their own mistakes through', async () => {
    const { publicKey } = generateKeyPair('ES256', { kid: 'static' });
    const jwks = createRemoteJwks({
      url: 'https://keys.example/jwks.json',
      algorithms: ['ES256'],
      fetch: noConnection,
    });
    const broken: KeySource = {
      peek: () => undefined,
      resolve: () => Promise.reject(new RangeError('a mistake')),
    };
    const chain = createRepositoryChain([jwks, createStaticKeys(publicKey)]);
    await expect(resolveKid(chain, 'static')).resolves.toBe(publicKey);
    expect(chain.algorithms).toEqual(['ES256']);
    const careless = createRepositoryChain([broken, createStaticKeys(publicKey)], { moveOn: () => true });
    await expect(resolveKid(careless, 'static')).rejects.toBeInstanceOf(RangeError);
    expect(careless.algorithms).toBeUndefined();
  });

  it.each<[unknown]>([
    ['https://keys.example/'],
    [undefined],
    [[]],
    [['https://keys.example/']],
    [createStaticKeys(generateKeyPair('ES256').publicKey)],
  ])('ASAP-19: refuses anything but a list of key sources (%#)', (sources) => {
    const create = () => createRepositoryChain(sources as readonly KeySource[]);
    expect(create).toThrow(/sources must be a non-empty array of key sources/);
    expect(create).toThrow(UsageError);
    expect(create).toThrow(TypeError);
  });

  it('refuses options that cannot be right', () => {
    const sources = [createStaticKeys(generateKeyPair('ES256').publicKey)];
    const create = (options: object) => () => createRepositoryChain(sources, options);
    expect(create({ moveOn: true })).toThrow(/moveOn must be a function/);
    expect(create({ logger: 'stderr' })).toThrow(/logger must be a logger/);
    expect(create({ log: console })).toThrow(/unknown option "log"/);
  });
});
