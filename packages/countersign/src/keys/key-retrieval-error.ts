/** Why a public key could not be had from where it is published (rows ASAP-18 and ASAP-28). */

/**
 * - `absent`: the source answered that it has no such key (status 403, 404 or 410)
 * - `no_answer`: no connection, no whole answer in time
 * - `bad_status`: any other status than one that gives or denies a key
 * - `bad_answer`: an answer that holds no public key, or is too large
 * - `held_back`: the source was not asked, because unknown keys were asked for too often
 */
export type KeyRetrievalProblem = 'absent' | 'no_answer' | 'bad_status' | 'bad_answer' | 'held_back';

/**
 * Is the `cause` of a TokenError `key_not_found` and of an UnavailableError `key_source_unavailable` that come from a
 * key source over HTTP. Its own `cause` is what `fetch` threw, where it did.
 */
export class KeyRetrievalError extends Error {
  override readonly name = 'KeyRetrievalError';
  readonly problem: KeyRetrievalProblem;
  /** The HTTP status of the answer; undefined where none came. */
  readonly status: number | undefined;

  constructor(
    problem: KeyRetrievalProblem,
    message: string,
    details: { readonly status?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.problem = problem;
    this.status = details.status;
  }
}
