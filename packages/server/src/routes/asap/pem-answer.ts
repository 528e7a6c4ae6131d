import { etagOf, httpDate, isNotModified } from '../../http/etag.js';
import type { HttpRequest, HttpResponse } from '../../http/exchange.js';

/** What verifiers demand of a key repository (ASAP-15), and what it demands of who publishes. */
export const PEM_MEDIA_TYPE = 'application/x-pem-file';

/** How long a revoked key may live on in caches, and how long they may serve it while they cannot ask. */
const CACHE_CONTROL = 'public, max-age=300, stale-while-revalidate=300, stale-if-error=300';

/** One public key as ASAP key repositories answer with it, or 304. `publishedAt` in whole epoch seconds. */
export function pemAnswer(
  request: Pick<HttpRequest, 'header'>,
  { pem, publishedAt }: { pem: string; publishedAt: number },
): HttpResponse {
  const etag = etagOf(pem);
  const headers = { etag, 'last-modified': httpDate(publishedAt), 'cache-control': CACHE_CONTROL };
  if (isNotModified(request, { etag, lastModifiedAt: publishedAt }))
    return { status: 304, headers, body: null };
  return { status: 200, headers: { ...headers, 'content-type': PEM_MEDIA_TYPE }, body: pem };
}
