import { sameText } from '../../secrets.js';
import type { Vault } from '../../vault.js';
import type { RefreshTokens } from '../oauth-services.js';

/** Tells a refresh token from other secrets, for people and for scanners of leaked ones. */
const PREFIX = 'rt_';
const GENERATION_BYTES = 4;
const MAC_BYTES = 32;
const MAX_ID_BYTES = 256;
/** Base64url of the parts, which need no padding to be told apart: lengths are known. */
const MAX_CHARACTERS = PREFIX.length + Math.ceil(((MAX_ID_BYTES + GENERATION_BYTES + MAC_BYTES) * 4) / 3);
const MAX_GENERATION = 2 ** 32 - 1;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * `rt_` and base64url of grant id, generation and HMAC-SHA-256 over both, under a key from outside the store: nobody
 * can make one up, and the store need not keep any (rows O12 and O14).
 */
export function createRefreshTokens(vault: Pick<Vault, 'mac'>): RefreshTokens {
  const macOf = (id: string, generation: number) => vault.mac('refresh-token', `${generation} ${id}`);
  return Object.freeze({
    format({ id, generation }: { id: string; generation: number }) {
      const name = Buffer.from(id);
      const isGeneration = Number.isInteger(generation) && generation >= 0 && generation <= MAX_GENERATION;
      if (!isGeneration || name.length === 0 || name.length > MAX_ID_BYTES || !id.isWellFormed())
        throw new RangeError(
          `a refresh token is for a grant id of up to ${MAX_ID_BYTES} bytes and a generation`,
        );
      const counter = Buffer.alloc(GENERATION_BYTES);
      counter.writeUInt32BE(generation);
      const mac = Buffer.from(macOf(id, generation), 'base64url');
      return PREFIX + Buffer.concat([name, counter, mac]).toString('base64url');
    },
    parse(token: string) {
      const parts = readParts(token);
      return parts !== undefined && sameText(macOf(parts.id, parts.generation), parts.mac)
        ? Object.freeze({ id: parts.id, generation: parts.generation })
        : undefined;
    },
  });
}

/** Undefined for any spelling but the one that `format` gives. */
function readParts(token: string): { id: string; generation: number; mac: string } | undefined {
  if (typeof token !== 'string' || !token.startsWith(PREFIX) || token.length > MAX_CHARACTERS)
    return undefined;
  const text = token.slice(PREFIX.length);
  const bytes = Buffer.from(text, 'base64url');
  const idBytes = bytes.length - GENERATION_BYTES - MAC_BYTES;
  if (idBytes < 1 || bytes.toString('base64url') !== text) return undefined;
  try {
    return {
      id: utf8.decode(bytes.subarray(0, idBytes)),
      generation: bytes.readUInt32BE(idBytes),
      mac: bytes.toString('base64url', idBytes + GENERATION_BYTES),
    };
  } catch {
    return undefined; // Bytes that are no text.
  }
}
