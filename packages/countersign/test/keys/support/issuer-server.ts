import type { ServerResponse } from 'node:http';
import { startKeyServer } from './key-server.js';

type Answer = (response: ServerResponse) => void;

/** An issuer on loopback: each path answers as the test says at any time, all others 404. */
export async function startIssuer() {
  const answers = new Map<string, Answer>();
  const { origin, requests, close } = await startKeyServer(({ url = '' }, response) => {
    const answer = answers.get(url);
    if (answer === undefined) response.writeHead(404).end();
    else answer(response);
  });
  const publish = (path: string, body: unknown, headers: Record<string, string> = {}) => {
    answers.set(path, (response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    });
  };
  return { origin, requests, close, publish, answer: answers.set.bind(answers) };
}
