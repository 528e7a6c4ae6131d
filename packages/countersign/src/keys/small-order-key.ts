/**
 * Public Edwards keys of small order: under them a signature that anyone can make holds for every message, as under
 * an RSA key with e = 1. OpenSSL takes them (row J13; RFC 8032 section 5.1.7 does not ask for the check).
 */
import type { KeyObject } from 'node:crypto';
import type { EdwardsAlgorithm } from './algorithms.js';

interface Curve {
  readonly prime: bigint;
  /** Length of an encoded point. */
  readonly bytes: number;
  /** The y coordinates of the points whose order divides the cofactor. */
  readonly smallOrder: readonly bigint[];
}

const P25519 = 2n ** 255n - 19n;
const P448 = 2n ** 448n - 2n ** 224n - 1n;
/** One of the two y coordinates of order eight; the other is its negative. */
const ORDER_EIGHT = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

const CURVES: Readonly<Record<EdwardsAlgorithm['nodeKeyType'], Curve>> = {
  ed25519: { prime: P25519, bytes: 32, smallOrder: [0n, 1n, P25519 - 1n, ORDER_EIGHT, P25519 - ORDER_EIGHT] },
  ed448: { prime: P448, bytes: 57, smallOrder: [0n, 1n, P448 - 1n] },
};

/** Whether a public key of that curve is a point of small order, in canonical encoding or not. */
export function isSmallOrderKey(curveName: EdwardsAlgorithm['nodeKeyType'], publicKey: KeyObject): boolean {
  const { prime, bytes, smallOrder } = CURVES[curveName];
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-bytes);
  const littleEndian = BigInt(`0x${Buffer.from(point).reverse().toString('hex')}`);
  const y = BigInt.asUintN(bytes * 8 - 1, littleEndian) % prime;
  return smallOrder.includes(y);
}
