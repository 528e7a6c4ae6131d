/**
 * One HTTP request with every bound that an answer from outside needs: a deadline for headers and body together,
 * a size limit on what is read (after decompression), and no redirects. Imports nothing from Node: the sign-in
 * client for browsers uses it too.
 */

/** What is needed of `fetch`: the one of Node, browsers, Deno, Bun and Workers fits. */
export type FetchFunction = (url: string, init: FetchInit) => Promise<FetchAnswer>;

export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly cache?: 'no-cache';
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

export interface FetchAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: { get(name: string): string | null };
  readonly body: FetchBody | null;
}

export interface FetchBody {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(): Promise<void>;
  };
  cancel(): Promise<void>;
}

export type RemoteRequest = Omit<FetchInit, 'redirect' | 'signal'>;

export interface RemoteLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** An answer that arrived whole, of whatever status. */
export interface WholeAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly statusText: string;
  readonly headers: FetchAnswer['headers'];
  readonly body: Uint8Array;
}

/** What kept an answer from arriving whole. */
export interface RemoteFailure {
  readonly kind: 'failure';
  readonly problem: 'timeout' | 'no_answer' | 'too_large';
  /** Present when the headers had arrived. */
  readonly status: number | undefined;
  /** What `fetch` threw. Some implementations put the URL into its text. */
  readonly cause: unknown;
}

/**
 * Never rejects. A redirect is an answer like any other (K5): it is not followed, so that neither a credential nor
 * the choice of keys ever moves to another host.
 */
export async function fetchBounded(
  fetchFunction: FetchFunction,
  url: string,
  request: RemoteRequest,
  limits: RemoteLimits,
): Promise<WholeAnswer | RemoteFailure> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), limits.timeoutMs);
  let status: number | undefined;
  const receive = async (): Promise<WholeAnswer | RemoteFailure> => {
    const init: FetchInit = { ...request, redirect: 'manual', signal: controller.signal };
    const answer = await fetchFunction(url, init);
    status = answer.status;
    const body = await readBounded(answer, limits.maxBytes);
    if (body === undefined) return { kind: 'failure', problem: 'too_large', status, cause: undefined };
    return { kind: 'answer', status, statusText: answer.statusText, headers: answer.headers, body };
  };
  try {
    return await Promise.race([receive(), rejectionOf(controller.signal)]);
  } catch (cause) {
    const problem = controller.signal.aborted ? 'timeout' : 'no_answer';
    return { kind: 'failure', problem, status, cause };
  } finally {
    clearTimeout(timer);
  }
}

/** A fetch that does not heed its signal must not keep those waiting who share the answer: that would be for ever. */
function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Undefined as soon as more than `maxBytes` are announced or have come; the rest is never read (K4). */
async function readBounded(answer: FetchAnswer, maxBytes: number): Promise<Uint8Array | undefined> {
  if (answer.body === null) return new Uint8Array(0);
  if (Number(answer.headers.get('content-length')) > maxBytes) {
    await answer.body.cancel();
    return undefined;
  }
  const reader = answer.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (part.value === undefined) continue;
    length += part.value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(part.value);
  }
  return concatenate(chunks, length);
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** The innermost system code of what `fetch` threw (`ECONNREFUSED`), which is safe to show; undefined if it has none. */
export function systemCodeOf(error: unknown): string | undefined {
  let code: string | undefined;
  for (let inner = error, depth = 0; inner instanceof Error && depth < 5; inner = inner.cause, depth++) {
    if ('code' in inner && typeof inner.code === 'string') code = inner.code;
  }
  return code;
}
