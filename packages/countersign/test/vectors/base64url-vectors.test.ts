import { describe, expect, it } from 'vitest';
import { decodeBase64url, encodeBase64url } from '../../src/core/base64url.js';
import { readBase64urlVectors } from './read-vectors.js';

describe('base64url of the RFCs', () => {
  it.each(readBase64urlVectors())('$name: "$text" stands for $bytes', ({ bytes, text }) => {
    expect(encodeBase64url(Uint8Array.from(bytes))).toBe(text);
    expect([...(decodeBase64url(text) ?? [])]).toEqual(bytes);
  });

  it.each(readBase64urlVectors().filter(({ bytes }) => bytes.length % 3 > 0))(
    '$name: "$text" with padding is refused (RFC 7515 section 2)',
    ({ text }) => {
      expect(decodeBase64url(text.padEnd(Math.ceil(text.length / 4) * 4, '='))).toBeUndefined();
    },
  );
});
