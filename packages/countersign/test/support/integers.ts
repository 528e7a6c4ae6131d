/** Big-endian and little-endian integers, for signatures put together by hand. */

export function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

/** Big-endian. @throws RangeError where the integer needs more bytes. */
export function toBytes(integer: bigint, length: number): Buffer {
  const hex = integer.toString(16).padStart(length * 2, '0');
  if (hex.length > length * 2) throw new RangeError(`the integer takes more than ${length} bytes`);
  return Buffer.from(hex, 'hex');
}

export function toIntegerLittleEndian(bytes: Uint8Array): bigint {
  return toInteger(Uint8Array.from(bytes).reverse());
}

/** @throws RangeError where the integer needs more bytes. */
export function toBytesLittleEndian(integer: bigint, length: number): Buffer {
  return toBytes(integer, length).reverse();
}

/** The power of `base` modulo an odd prime or any modulus, `exponent` not negative. */
export function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base % modulus; exponent > 0n; exponent >>= 1n) {
    if (exponent % 2n === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
