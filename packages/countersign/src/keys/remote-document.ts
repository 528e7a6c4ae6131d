/** One bounded GET for keys: what came, or why nothing of use did, told in words that operators can read. */
import { KeyRetrievalError } from './key-retrieval-error.js';
import { PrivateAddressError } from './private-address.js';
import type { FetchFunction, RemoteFailure, RemoteLimits, WholeAnswer } from './remote-fetch.js';
import { fetchBounded, systemCodeOf } from './remote-fetch.js';

export interface RemoteDocumentSettings extends RemoteLimits {
  readonly fetch: FetchFunction;
  /** What is asked, as messages call it: `the key set https://...`. Must not show a query, which may be a secret. */
  readonly name: string;
}

/** An answer of which nothing but the status matters. */
export interface OtherAnswer {
  readonly kind: 'status';
  readonly status: number;
}

/**
 * Never rejects. Only answers with one of the statuses in `wanted` are read whole; of all others the status is what
 * counts, even where the body is too large or breaks off.
 */
export async function fetchDocument(
  settings: RemoteDocumentSettings,
  url: string,
  headers: Readonly<Record<string, string>>,
  wanted: readonly number[],
): Promise<WholeAnswer | OtherAnswer | KeyRetrievalError> {
  const answer = await fetchBounded(
    settings.fetch,
    url,
    { method: 'GET', headers: { ...headers } },
    settings,
  );
  const { status } = answer;
  if (status !== undefined && !wanted.includes(status)) return { kind: 'status', status };
  if (answer.kind === 'answer') return answer;
  const kind = answer.problem === 'too_large' ? 'bad_answer' : 'no_answer';
  return new KeyRetrievalError(kind, `${settings.name} ${describe(answer, settings)}`, answer);
}

export function badStatus(name: string, status: number): KeyRetrievalError {
  return new KeyRetrievalError('bad_status', `${name} answered with status ${status}`, { status });
}

function describe({ problem, cause }: RemoteFailure, limits: RemoteLimits): string {
  switch (problem) {
    case 'timeout':
      return `gave no answer within ${limits.timeoutMs} ms`;
    case 'too_large':
      return `is over ${limits.maxBytes} bytes`;
    case 'no_answer':
      if (cause instanceof PrivateAddressError) return cause.message;
      return `gave no answer (${systemCodeOf(cause) ?? 'request failed'})`;
  }
}
