/**
 * Memory that is written and read again within one synchronous step, so that a token costs no new buffers. Nobody
 * else's code (a key source, a clock) may run between the two: it could sign or verify another token meanwhile.
 */

/** As long as the longest token by default. */
const SCRATCH_BYTES = 16_384;
/** A character that is not ASCII takes up to three bytes for each unit of its string. */
const MAX_BYTES_PER_UNIT = 3;

const encoder = new TextEncoder();
const textScratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES + MAX_BYTES_PER_UNIT);
const payloadScratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
let signatureScratch = Buffer.allocUnsafeSlow(64);

/** The token whose bytes are in the scratch; it is looked at before and after its key is found. */
let writtenToken = '';

/** For a text that is put together there. */
export function scratchForText(length: number): Buffer {
  writtenToken = '';
  return length <= SCRATCH_BYTES ? textScratch : Buffer.allocUnsafe(length);
}

/** The bytes of a token, followed by others; undefined unless the token is ASCII throughout. */
export function bytesOfToken(token: string): Buffer | undefined {
  if (token === writtenToken) return textScratch;
  const isShort = token.length <= SCRATCH_BYTES;
  const bytes = isShort ? textScratch : Buffer.allocUnsafe(token.length + MAX_BYTES_PER_UNIT);
  writtenToken = '';
  const { read, written } = encoder.encodeInto(token, bytes);
  // A character that is not ASCII takes more than one byte, and where there is no room for it, it is not read (row J16).
  if (read !== token.length || written !== token.length) return undefined;
  if (isShort) writtenToken = token;
  return bytes;
}

export function scratchForPayload(length: number): Buffer {
  return length <= SCRATCH_BYTES ? payloadScratch : Buffer.allocUnsafe(length);
}

/** Exactly as long as asked for: most often as long as the last time. */
export function scratchForSignature(length: number): Buffer {
  if (signatureScratch.length !== length) signatureScratch = Buffer.allocUnsafeSlow(length);
  return signatureScratch;
}

/** The UTF-8 bytes of a text, until the next call. */
export function utf8BytesOf(text: string): Buffer {
  if (text.length * MAX_BYTES_PER_UNIT > SCRATCH_BYTES) return Buffer.from(text, 'utf8');
  return payloadScratch.subarray(0, payloadScratch.write(text, 'utf8'));
}
