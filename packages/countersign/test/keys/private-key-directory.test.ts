import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportPrivatePem, generateKeyPair, UnavailableError } from 'countersign';
import { createPrivateKeyDirectory } from 'countersign/asap';
import { describe, expect, it, onTestFinished } from 'vitest';
import { privatePem, publicPem } from '../support/raw-keys.js';
import { usageProblem } from '../support/usage.js';

/** A root with one folder, and a source over it whose clock is so far ahead that every file counts as settled. */
function setUp({ settled = true } = {}) {
  const base = mkdtempSync(join(tmpdir(), 'private-keys-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const root = join(base, 'root');
  const folder = join(root, 'caller');
  mkdirSync(folder, { recursive: true });
  const warnings: unknown[] = [];
  const logger = {
    info: () => undefined,
    warn: (event: string, fields?: object) => warnings.push({ event, ...fields }),
    error: () => undefined,
  };
  const clock = () => Date.now() / 1000 + (settled ? 3600 : 0);
  const source = createPrivateKeyDirectory({ root, logger, clock });
  return {
    base,
    root,
    folder,
    warnings,
    load: (issuer = 'caller') => source.load(issuer, 'ES256'),
    write: (name: string, content = privatePem('p256')) => writeFileSync(join(folder, name), content),
  };
}

const newPem = () => exportPrivatePem(generateKeyPair('ES256').privateKey);

function failureOf(call: () => unknown): UnavailableError {
  try {
    call();
  } catch (error) {
    if (error instanceof UnavailableError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a directory of private keys', () => {
  it('ASAP-10: the last name that ends in .pem wins, and is part of the key id', () => {
    const { write, load } = setUp();
    for (const name of ['key1.pem', 'key3.pem', 'key2.pem', 'key4.pem.new', 'key5', 'zzz']) write(name);
    expect(load()).toMatchObject({ kind: 'private', kid: 'caller/key3.pem', algorithm: 'ES256' });
  });

  it.each([true, false])('ASAP-10: is looked at again for every token (settled: %j)', (settled) => {
    const { write, load, folder } = setUp({ settled });
    write('key1.pem');
    const first = load();
    expect(load()).toBe(first);
    write('key2.pem.tmp', newPem());
    expect(load()).toBe(first);
    renameSync(join(folder, 'key2.pem.tmp'), join(folder, 'key2.pem'));
    expect(load().kid).toBe('caller/key2.pem');
    rmSync(join(folder, 'key2.pem'));
    expect(load().kid).toBe('caller/key1.pem');
  });

  it('ASAP-10: a folder without keys has no valid keys', () => {
    const { write, load } = setUp();
    write('key4.pem.new');
    expect(failureOf(load)).toMatchObject({
      code: 'private_key_unavailable',
      status: 503,
      message: expect.stringContaining('no valid keys'),
    });
  });

  it('ASAP-10: a missing folder is not found, until it comes into being', () => {
    const { root, load } = setUp();
    const failure = failureOf(() => load('newcomer'));
    expect(failure).toMatchObject({ code: 'private_key_unavailable', cause: { code: 'ENOENT' } });
    mkdirSync(join(root, 'newcomer'));
    writeFileSync(join(root, 'newcomer', 'a.pem'), privatePem('p256'));
    expect(load('newcomer').kid).toBe('newcomer/a.pem');
  });

  it.each([true, false])('ASAP-11: new content under the same name is a new key (settled: %j)', (settled) => {
    const { write, load } = setUp({ settled });
    write('key1.pem');
    const first = load();
    write('key1.pem', newPem());
    const second = load();
    expect(second).not.toBe(first);
    expect(exportPrivatePem(second)).not.toBe(exportPrivatePem(first));
  });

  it('ASAP-11: the same content written again is the same key, not imported anew', () => {
    const { write, load } = setUp();
    write('key1.pem');
    const first = load();
    write('key1.pem');
    expect(load()).toBe(first);
  });

  it('imports the key for the algorithm of each signer', () => {
    const { root, write } = setUp();
    write('key1.pem', privatePem('rsa'));
    const source = createPrivateKeyDirectory({ root });
    expect(source.load('caller', 'RS256').algorithm).toBe('RS256');
    expect(source.load('caller', 'PS384').algorithm).toBe('PS384');
  });

  it.each(['..', '../root', '../other', '.', '', '/', '/etc', 'a/b', 'a\\b', 'a%2fb', 'a\0b', 'a\n'])(
    'A3: the issuer %j is refused before the disk is touched',
    (issuer) => {
      const { base, load, warnings } = setUp();
      mkdirSync(join(base, 'other'));
      writeFileSync(join(base, 'other', 'a.pem'), privatePem('p256'));
      expect(usageProblem(() => load(issuer))).toMatch(/^invalid_options: issuer must/);
      expect(warnings).toEqual([]);
    },
  );

  it('A4: links that lead out of the root are refused, folders and files', () => {
    const { base, root, folder, write, load, warnings } = setUp();
    const outside = join(base, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'key9.pem'), newPem());
    symlinkSync(outside, join(root, 'linked'));
    expect(failureOf(() => load('linked')).message).toContain('cannot be read');
    write('key1.pem');
    symlinkSync(join(outside, 'key9.pem'), join(folder, 'key9.pem'));
    expect(load().kid).toBe('caller/key1.pem');
    expect(warnings).toEqual([
      {
        event: 'private_key.passed_over',
        keyId: 'caller/key9.pem',
        problem: 'it is a link that leads out of the root',
      },
    ]);
  });

  it('follows links within the root, as orchestrators mount secrets', () => {
    const { root, folder, load } = setUp();
    for (const version of ['v1', 'v2']) {
      mkdirSync(join(root, version));
      writeFileSync(join(root, version, 'key1.pem'), newPem());
    }
    symlinkSync(join(root, 'v1'), join(root, 'current'));
    symlinkSync(join(root, 'current', 'key1.pem'), join(folder, 'key1.pem'));
    const first = load();
    symlinkSync(join(root, 'v2'), join(root, 'next'));
    renameSync(join(root, 'next'), join(root, 'current'));
    expect(exportPrivatePem(load())).not.toBe(exportPrivatePem(first));
  });

  it.each([
    ['half of a key', privatePem('p256').slice(0, 100)],
    ['nothing', ''],
    ['a public key', publicPem('p256')],
    ['a key for another algorithm', privatePem('rsa')],
    ['more than 64 KiB', `${privatePem('p256')}${'\n'.repeat(65_536)}`],
  ])('a file that holds %s is passed over with one warning, until it is whole', (_what, content) => {
    const { write, load, warnings } = setUp();
    write('key1.pem');
    write('key2.pem', content);
    expect(load().kid).toBe('caller/key1.pem');
    expect(load().kid).toBe('caller/key1.pem');
    expect(warnings).toEqual([expect.objectContaining({ keyId: 'caller/key2.pem' })]);
    expect(JSON.stringify(warnings)).not.toContain('BEGIN');
    write('key2.pem');
    expect(load().kid).toBe('caller/key2.pem');
  });

  it('ignores folders and names that make no key id', () => {
    const { folder, write, load } = setUp();
    write('key1.pem');
    write('zé.pem');
    write('z z.pem');
    write('z..pem');
    mkdirSync(join(folder, 'zz.pem'));
    expect(load().kid).toBe('caller/key1.pem');
  });

  it('refuses options that are wrong', () => {
    expect(usageProblem(() => createPrivateKeyDirectory({ root: '' }))).toMatch(/root must be/);
    expect(usageProblem(() => createPrivateKeyDirectory({ root: '/', logger: {} as never }))).toMatch(
      /logger must be/,
    );
  });
});
