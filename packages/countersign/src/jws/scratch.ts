/**
 * Memory that is written and read again within one synchronous step, so that a token costs no new buffers. Nobody
 * else's code (a key source, a clock) may run between the two: it could sign or verify another token meanwhile.
 */

/** As long as the longest token by default. */
const SCRATCH_BYTES = 16_384;
/** A character that is not ASCII takes up to three bytes for each unit of its string. */
const MAX_BYTES_PER_UNIT = 3;

const textScratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES + MAX_BYTES_PER_UNIT);
const payloadScratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
const signatureScratch = Buffer.allocUnsafeSlow(1024);

/** At least three bytes longer than asked for: room for UTF-8 to show that a text is not ASCII. */
export function scratchForText(length: number): Buffer {
  return length <= SCRATCH_BYTES ? textScratch : Buffer.allocUnsafe(length + MAX_BYTES_PER_UNIT);
}

export function scratchForPayload(length: number): Buffer {
  return length <= SCRATCH_BYTES ? payloadScratch.subarray(0, length) : Buffer.allocUnsafe(length);
}

export function scratchForSignature(length: number): Buffer {
  return length <= signatureScratch.length
    ? signatureScratch.subarray(0, length)
    : Buffer.allocUnsafe(length);
}

/** The UTF-8 bytes of a text, until the next call. */
export function utf8BytesOf(text: string): Buffer {
  if (text.length * MAX_BYTES_PER_UNIT > SCRATCH_BYTES) return Buffer.from(text, 'utf8');
  return payloadScratch.subarray(0, payloadScratch.write(text, 'utf8'));
}
