import { Refusal } from '../domain/refusal.js';

/** What the headers of a request say about its body. */
export interface BodyHeaders {
  readonly contentEncoding: string | undefined;
  readonly contentLength: string | undefined;
}

/**
 * Why a body is not even begun to be read, or undefined. Compressed ones are refused: a small one may unpack to
 * gigabytes (S3).
 */
export function refuseBody(
  { contentEncoding, contentLength }: BodyHeaders,
  maxBytes: number,
): Refusal | undefined {
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity')
    return new Refusal('unsupported_media_type', { message: 'The body must be sent uncompressed.' });
  if (contentLength !== undefined && Number(contentLength) > maxBytes) return new Refusal('body_too_large');
  return undefined;
}
