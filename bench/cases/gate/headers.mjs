/** @param {string} token */
export const bytesOf = (token) => Buffer.from(`Bearer ${token}`, 'latin1');

/**
 * A text that was not there before, made as the parser of node:http makes it: nobody has hashed it, and it is no part of
 * another. @param {Buffer} bytes
 */
export const freshHeader = (bytes) => bytes.latin1Slice();
