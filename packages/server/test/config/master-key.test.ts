import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from 'countersign';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDevelopmentMasterKey } from '../../src/config/index.js';
import { parseMasterKey } from '../../src/config/parse-master-key.js';
import { temporaryFolder } from '../support/authority-process.js';

const FILE = 'development-master-key';
const onWindows = process.platform === 'win32';

describe('a master key', () => {
  const key = new Uint8Array(randomBytes(32));
  const bytes = Buffer.from(key);

  it.each([
    ['base64', bytes.toString('base64')],
    ['base64 without padding', bytes.toString('base64').slice(0, 43)],
    ['base64url', bytes.toString('base64url')],
    ['base64url with padding', `${bytes.toString('base64url')}=`],
    ['hexadecimal', bytes.toString('hex')],
    ['upper-case hexadecimal', bytes.toString('hex').toUpperCase()],
    ['text with a line end', `${bytes.toString('base64')}\n`],
    ['a file of text', Buffer.from(`${bytes.toString('base64')}\n`)],
    ['a file of 32 raw bytes', bytes],
  ])('is read from %s', (_, input) => {
    expect(parseMasterKey(input)).toEqual({ key });
  });

  it.each([
    ['nothing', ''],
    ['31 bytes', randomBytes(31).toString('base64')],
    ['33 bytes', randomBytes(33).toString('base64')],
    ['62 hexadecimal digits', randomBytes(31).toString('hex')],
    ['both base64 alphabets at once', `+_${bytes.toString('base64').slice(2, 43)}`],
    ['a file of 31 raw bytes', randomBytes(31)],
  ])('is not read from %s', (_, input) => {
    expect(parseMasterKey(input).problem).toContain('must be 32 bytes as base64');
  });

  it.each([
    ['changeme', 'changeme'],
    ['secret', 'secret'],
    ['a typed phrase of 32 letters in a file', Buffer.from('changemechangemechangemechangeme')],
    [
      'a typed phrase of 32 letters in base64',
      Buffer.from('correct horse battery staple 123').toString('base64'),
    ],
    ['43 times the same letter', 'A'.repeat(43)],
    ['changeme over and over', 'changeme'.repeat(6).slice(0, 43)],
    ['all zeros', Buffer.alloc(32)],
    ['all zeros in hexadecimal', '00'.repeat(32)],
    ['all ones', Buffer.alloc(32, 0xff)],
    ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, index) => index))],
    ['31 to 0', Buffer.from(Array.from({ length: 32 }, (_, index) => 31 - index))],
    ['sixteen bytes twice', Buffer.concat([bytes.subarray(0, 16), bytes.subarray(0, 16)])],
    ['0123456789abcdef over and over', '0123456789abcdef'.repeat(4)],
    ['deadbeef over and over', 'deadbeef'.repeat(8)],
  ])('S9: is refused when it is %s', (_, input) => {
    const { problem } = parseMasterKey(input);
    expect(problem).toContain('openssl rand -base64 32');
    expect(problem).not.toMatch(/changeme|deadbeef|horse/);
  });
});

describe('the master key of development mode', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let data: string;
  beforeEach(() => {
    folder = temporaryFolder();
    data = join(folder.path, 'data');
  });
  afterEach(() => folder.remove());

  it('S7: is made once, in a folder and a file for its owner only', () => {
    const key = openDevelopmentMasterKey(data);
    expect(key).toHaveLength(32);
    expect(openDevelopmentMasterKey(data)).toEqual(key);
    expect(readdirSync(data)).toEqual([FILE]);
    if (onWindows) return;
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(statSync(join(data, FILE)).mode & 0o777).toBe(0o600);
  });

  it('differs from folder to folder', () => {
    expect(openDevelopmentMasterKey(data)).not.toEqual(openDevelopmentMasterKey(`${data}2`));
  });

  it('S9: is refused by production, as text and as file', () => {
    openDevelopmentMasterKey(data);
    const content = readFileSync(join(data, FILE));
    for (const input of [content, content.toString('utf8')])
      expect(parseMasterKey(input).problem).toContain('was made by development mode');
  });

  it.skipIf(onWindows)('S7: is not used from a file that other users can read', () => {
    openDevelopmentMasterKey(data);
    chmodSync(join(data, FILE), 0o644);
    expect(() => openDevelopmentMasterKey(data)).toThrow(/can be read by other users: chmod 600/);
  });

  it.each(['', 'half a k', 'countersign-development-key:short\n'])(
    'is not replaced when its file is damaged: %j',
    (text) => {
      openDevelopmentMasterKey(data);
      writeFileSync(join(data, FILE), text);
      expect(() => openDevelopmentMasterKey(data)).toThrow(UsageError);
      expect(readFileSync(join(data, FILE), 'utf8')).toBe(text);
    },
  );

  it('says which folder it cannot use', () => {
    writeFileSync(data, 'a file');
    expect(() => openDevelopmentMasterKey(data)).toThrow(/cannot be kept in .*data \((?:EEXIST|ENOTDIR)\)/);
  });
});
