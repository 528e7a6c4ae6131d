import type { ServerResponse } from 'node:http';
import { startKeyServer } from './key-server.js';

export type Answer = (response: ServerResponse) => void;

/** An issuer on loopback: each path answers as the test says at any time, all others 404. */
export async function startIssuer() {
  const answers = new Map<string, Answer>();
  let toAll: Answer | undefined;
  const { origin, requests, close } = await startKeyServer(({ url = '' }, response) => {
    const answer = toAll ?? answers.get(url);
    if (answer === undefined) response.writeHead(404).end();
    else answer(response);
  });
  return {
    origin,
    requests,
    close,
    publish(path: string, body: unknown, headers: Record<string, string> = {}) {
      const text = JSON.stringify(body);
      answers.set(path, (response) => {
        response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(text);
      });
    },
    answer: (path: string, answer: Answer) => {
      answers.set(path, answer);
    },
    withdraw: (path: string) => {
      answers.delete(path);
    },
    /** From now on every path answers so. */
    breakDown: (answer: Answer) => {
      toAll = answer;
    },
    recover: () => {
      toAll = undefined;
    },
  };
}
