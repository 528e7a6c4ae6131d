import { describe, expect, it } from 'vitest';
import { encodeBase64url } from '../../src/core/base64url.js';
import { createHeaderMemory } from '../../src/jws/header-memory.js';

const encoded = (kid: string) => encodeBase64url(JSON.stringify({ alg: 'HS256', kid }));

describe('the memory for headers', () => {
  it('K9: gives the same header again once it is remembered, and not before', () => {
    const memory = createHeaderMemory(['HS256'], null);
    const first = memory.read(encoded('a'));
    expect(memory.read(encoded('a'))).not.toBe(first);
    memory.remember(first);
    expect(memory.read(encoded('a'))).toBe(first);
    memory.remember(memory.read(encoded('b')));
    expect(memory.read(encoded('a'))).toBe(first);
  });

  it('K9: headers that are read but not remembered displace none', () => {
    const memory = createHeaderMemory(['HS256'], null);
    const good = memory.read(encoded('good'));
    memory.remember(good);
    for (let index = 0; index < 500; index++) memory.read(encoded(`made up ${index}`));
    expect(memory.read(encoded('good'))).toBe(good);
  });

  it('K9: is bounded: the oldest of a hundred and one is forgotten', () => {
    const memory = createHeaderMemory(['HS256'], null);
    const known = Array.from({ length: 101 }, (_, index) => memory.read(encoded(`k${index}`)));
    for (const header of known) memory.remember(header);
    expect(memory.read(encoded('k0'))).not.toBe(known[0]);
    expect(memory.read(encoded('k1'))).toBe(known[1]);
    expect(memory.read(encoded('k100'))).toBe(known[100]);
  });

  it('K9: does not keep long headers, but for the last', () => {
    const memory = createHeaderMemory(['HS256'], null);
    const long = memory.read(encoded('x'.repeat(2000)));
    memory.remember(long);
    expect(memory.read(encoded('x'.repeat(2000)))).toBe(long);
    memory.remember(memory.read(encoded('a')));
    expect(memory.read(encoded('x'.repeat(2000)))).not.toBe(long);
  });

  it('K9: two memories with other options judge for themselves', () => {
    const lax = createHeaderMemory(['HS256'], null);
    lax.remember(lax.read(encoded('a')));
    expect(() => createHeaderMemory(['ES256'], null).read(encoded('a'))).toThrow(/accepted are: ES256/);
    expect(() => createHeaderMemory(['HS256'], 'JWT').read(encoded('a'))).toThrow(
      /typ of the header must be jwt/,
    );
  });
});
