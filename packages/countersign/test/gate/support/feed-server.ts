/** The authority's half of a revocation feed, on a real server, with every fault that a test needs. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RevocationFeed, RevocationFeedOptions } from 'countersign/gate';
import { createRevocationFeed } from 'countersign/gate';
import { onTestFinished } from 'vitest';
import { startKeyServer } from '../../keys/support/key-server.js';

export interface Page {
  readonly cursor: string;
  readonly reset: boolean;
  readonly more: boolean;
  readonly revocations: readonly unknown[];
}

export interface FeedRequest {
  readonly after: string | null;
  readonly wait: string | null;
  readonly authorization: string | undefined;
}

/** A page without news, but for what is given. */
export function page(parts: Partial<Page> = {}): Page {
  return { cursor: 'c1', reset: false, more: false, revocations: [], ...parts };
}

export type FeedAnswer = Page | RequestListener;

/** @param answerTo says what comes of each request */
export async function startFeed(answerTo: (request: FeedRequest) => FeedAnswer) {
  const requests: FeedRequest[] = [];
  const server = await startKeyServer((incoming: IncomingMessage, response: ServerResponse) => {
    const { searchParams } = new URL(incoming.url ?? '', 'http://feed');
    const request = {
      after: searchParams.get('after'),
      wait: searchParams.get('wait'),
      authorization: incoming.headers.authorization,
    };
    requests.push(request);
    const answer = answerTo(request);
    if (typeof answer === 'function') answer(incoming, response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  return { url: `${server.origin}/revocations`, requests, close: server.close };
}

/** Polls fast, so that tests need not wait. Closed with the test. */
export function followFeed(options: RevocationFeedOptions): RevocationFeed {
  const feed = createRevocationFeed({ pollSeconds: 0.01, ...options });
  onTestFinished(() => feed.close());
  return feed;
}

export function answerStatus(
  status: number,
  headers: Record<string, string> = {},
  body = '',
): RequestListener {
  return (_, response) => {
    response.writeHead(status, headers).end(body);
  };
}
