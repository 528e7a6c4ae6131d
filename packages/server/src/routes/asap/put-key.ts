import { Refusal } from '../../domain/refusal.js';
import { readBearer } from '../../http/bearer.js';
import type { HttpRequest, Route } from '../../http/exchange.js';
import { isMediaType } from '../../http/media-type.js';
import { json, noContent } from '../../http/respond.js';
import type { AsapServices } from './asap-services.js';
import { keyIdOf } from './key-id-of.js';
import { PEM_MEDIA_TYPE } from './pem-answer.js';

const MAX_BYTES = 16 * 1024;

/** Publishes the key in the body: 201, or 204 where it was published before. */
export function putKeyRoute({ keys, publishers }: AsapServices): Route {
  return {
    method: 'PUT',
    pattern: '/asap/*kid',
    kind: 'api',
    async handle(request, parameters) {
      const kid = keyIdOf(request, parameters);
      await publishers.authorize(readBearer(request.header('authorization')), kid);
      const outcome = await keys.publish({ kid, pem: await readPem(request) });
      return outcome === 'created' ? json(201, { kid }) : noContent();
    },
  };
}

async function readPem(request: HttpRequest): Promise<string> {
  if (!isMediaType(request.header('content-type'), PEM_MEDIA_TYPE))
    throw new Refusal('unsupported_media_type', {
      message: `The body must be sent as ${PEM_MEDIA_TYPE}, uncompressed.`,
    });
  const bytes = await request.readBody();
  if (bytes.length > MAX_BYTES) throw new Refusal('body_too_large');
  return Buffer.from(bytes).toString('latin1');
}
