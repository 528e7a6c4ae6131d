// What the programs beside it have in common: callers with throw-away keys, and requests to a listener.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createTestCallers } from 'countersign/testing';

export const callers = createTestCallers({ audience: 'orders' });
export const accept = callers.acceptors; // in your service: [signIn({ ... }), accessTokens({ ... }), ...]

/** Asks a listener, such as an app of Express, which listens only meanwhile. */
export async function ask(listener, { method = 'GET', path = '/', headers = {}, token } = {}) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const url = `http://127.0.0.1:${server.address().port}${path}`;
  const answer = await fetch(url, { method, headers: { ...authorization, ...headers } });
  const body = await answer.text();
  server.close();
  return { status: answer.status, headers: answer.headers, body };
}
