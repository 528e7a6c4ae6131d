import { describe, expect, it } from 'vitest';
import { createLogger, type LoggerOptions } from '../../src/config/index.js';

function logging(options: Partial<LoggerOptions> = {}) {
  const written: string[] = [];
  const logger = createLogger({
    level: 'debug',
    format: 'json',
    clock: () => 1_700_000_000,
    write: (line) => written.push(line),
    ...options,
  });
  return { logger, written, last: () => JSON.parse(written.at(-1) ?? '') };
}

describe('the logger', () => {
  it('writes one JSON line an event, time and level first', () => {
    const { logger, written } = logging();
    logger.info('server_started', { port: 8080, demo: true, nothing: null });
    expect(written).toEqual([
      '{"time":"2023-11-14T22:13:20.000Z","level":"info","event":"server_started","port":8080,"demo":true,"nothing":null}\n',
    ]);
  });

  it('writes a readable line for a terminal', () => {
    const { logger, written } = logging({ format: 'text' });
    logger.warn('mail_delayed', { reason: 'ECONNREFUSED', words: 'two words', attempts: 2 });
    expect(written).toEqual([
      '22:13:20 warn  mail_delayed reason=ECONNREFUSED words="two words" attempts=2\n',
    ]);
  });

  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ] as const)('drops what is below the level %s', (level, expected) => {
    const { logger, written } = logging({ level });
    for (const name of ['debug', 'info', 'warn', 'error'] as const) logger[name]('event');
    expect(written.map((line) => JSON.parse(line).level)).toEqual(expected);
  });

  it.each([
    'x\r\n{"level":"info","event":"admin logged in"}',
    '\u001b[31mred\u001b[0m \u001b]0;title\u0007',
    'a\u2028b\u2029c\u0085d',
    '\u009b31m c1 \u007f del',
    'user\u202egpj.exe \u2066x\u2069 \u200b\ufeff',
    '\0',
  ])('S5: writes %j as one line that says what it is', (value) => {
    for (const format of ['json', 'text'] as const) {
      const { logger, written } = logging({ format });
      logger.info('request', { value, [value]: 1, nested: { value: [value] } });
      expect(written).toHaveLength(1);
      expect(written[0]?.slice(0, -1)).not.toMatch(
        /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u,
      );
      expect(written[0]?.endsWith('\n')).toBe(true);
    }
    const { logger, last } = logging();
    logger.info('request', { value });
    expect(last().value).toBe(value);
  });

  it('S5: cuts long values, deep ones and many, whatever they are', () => {
    const { logger, written, last } = logging();
    const deep: Record<string, unknown> = {};
    deep['self'] = deep;
    logger.info('request', {
      long: 'x'.repeat(1_000_000),
      many: Array.from({ length: 10_000 }, (_, index) => index),
      wide: Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`n${index}`, index])),
      deep,
      bytes: new Uint8Array(100_000),
      big: 10n ** 30n,
    });
    expect(written[0]?.length).toBeLessThan(3000);
    expect(last().long).toContain('(1000000 characters)');
    expect(last().many).toHaveLength(20);
  });

  it('does not let a field stand in for time, level or event', () => {
    const { logger, last } = logging();
    logger.info('request', { level: 'error', event: 'admin logged in', time: 'yesterday' });
    expect(last()).toMatchObject({
      level: 'info',
      event: 'request',
      level_: 'error',
      event_: 'admin logged in',
    });
  });

  it.each([
    { password: 'hunter2' },
    { clientSecret: 'hunter2' },
    { refreshToken: 'hunter2' },
    { authorization: 'Bearer hunter2' },
    { 'set-cookie': 'hunter2' },
    { masterKey: 'hunter2' },
    { link: 'https://auth.example/link?code=hunter2' },
    { code: 'hunter2' },
    { nested: { idToken: ['hunter2'] } },
    { secret: { deeper: 'hunter2' } },
    { text: 'eyJhbGciOiJFUzUxMiJ9.hunter2-payload.c2lnbmF0dXJl' },
    { error: new Error('bad token eyJhbGciOiJFUzUxMiJ9.hunter2.c2ln') },
  ])('S6: never prints %j', (fields) => {
    const { logger, written } = logging();
    logger.error('event', fields);
    expect(written[0]).toContain('[redacted]');
    expect(written[0]).not.toContain('hunter2');
  });

  it('S6: shows the id of a token, and never the token', () => {
    const { logger, last } = logging();
    logger.info('event', {
      tokenId: 'b5c7',
      actorTokenId: 'c6d8',
      token: 'hunter2',
      refreshToken: 'hunter2',
    });
    expect(last()).toMatchObject({
      tokenId: 'b5c7',
      actorTokenId: 'c6d8',
      token: '[redacted]',
      refreshToken: '[redacted]',
    });
  });

  it('prints an error with its name, code and cause', () => {
    const { logger, last } = logging();
    const cause = new Error('disk full');
    logger.error('event', { error: Object.assign(new TypeError('no', { cause }), { code: 'ENOSPC' }) });
    expect(last().error).toMatchObject({
      name: 'TypeError',
      message: 'no',
      code: 'ENOSPC',
      cause: 'disk full',
    });
    expect(last().error.stack).toContain('create-logger.test.ts');
  });

  it('never throws', () => {
    const { logger, written } = logging();
    const fields = {
      get boom(): string {
        throw new Error('boom');
      },
    };
    expect(() => logger.error('event', fields)).not.toThrow();
    expect(written).toHaveLength(1);
  });
});
