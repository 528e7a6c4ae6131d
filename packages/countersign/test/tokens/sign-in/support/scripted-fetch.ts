import type { FetchFunction, FetchInit } from 'countersign/sign-in/browser';

export interface SentRequest {
  readonly url: string;
  readonly init: FetchInit;
}

export type Answer = () => Response | Error;

/** A fetch that keeps what was sent and gives the answers in turn; the last one for ever. An Error is thrown. */
export function createScriptedFetch(...answers: readonly Answer[]) {
  const sent: SentRequest[] = [];
  const fetch: FetchFunction = async (url, init) => {
    const answer = answers[Math.min(sent.length, answers.length - 1)]?.();
    sent.push({ url, init });
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error('no answer is scripted');
    return answer;
  };
  return { fetch, sent };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}) {
  return () => Response.json(body, { status, headers });
}

export function empty(status: number, statusText = '') {
  return () => new Response(null, { status, statusText });
}

export function text(status: number, statusText: string, body: string) {
  return () => new Response(body, { status, statusText });
}
