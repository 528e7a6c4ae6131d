/** A request of Node's servers, and of every framework that rests on them, as the gate reads it. */
import type { GateRequest } from '../../gate/gate-request.js';
import type { CallerHolder } from './caller-of.js';
import { listOf } from './list-of.js';

/** What is needed of `IncomingMessage` and `Http2ServerRequest`. */
export interface NodeRequestLike extends CallerHolder {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Headers are read as they came, not as Node gathers them: of two `Authorization` fields it keeps the first only, and
 * another server may have judged the second (row C17). What middleware changes in `headers` is not seen.
 *
 * @param url the target as it came; frameworks change `url` when they mount one application in another
 */
export function readNodeRequest(
  request: NodeRequestLike,
  url: string | undefined = request.url,
): GateRequest {
  return {
    method: request.method ?? '',
    url: url ?? '',
    carrier: request,
    headers: (name) => readHeader(request, name.toLowerCase()),
  };
}

function readHeader(request: NodeRequestLike, name: string): readonly string[] {
  const { rawHeaders } = request;
  if (rawHeaders.length === 0) return readGathered(request, name);
  let found: string[] | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const field = rawHeaders[at] ?? '';
    if (field.length !== name.length || field.toLowerCase() !== name) continue;
    const value = rawHeaders[at + 1] ?? '';
    if (found === undefined) found = [value];
    else found.push(value);
  }
  return found ?? listOf(undefined);
}

/**
 * Requests that never were on a wire (of serverless platforms, of tests) may have gathered headers only. Nobody else is
 * asked for them: Node gathers all when they are first read, which takes longer than the gate does.
 */
function readGathered({ headers }: NodeRequestLike, name: string): readonly string[] {
  return listOf(Object.hasOwn(headers, name) ? headers[name] : undefined);
}
