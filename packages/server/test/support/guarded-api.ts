import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Gate } from 'countersign/gate';
import { createNodeGate } from 'countersign/node';
import { onTestFinished } from 'vitest';

export interface GuardedApi {
  /** The status of the answer to a call with the token. */
  call(token: string): Promise<number>;
}

/** A resource server on loopback, behind a gate; stopped when the test has finished. */
export async function startGuardedApi(gate: Gate): Promise<GuardedApi> {
  const guarded = createNodeGate(gate);
  const server = createServer(guarded((_request, response) => response.end('welcome')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    async call(token) {
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      await answer.arrayBuffer();
      return answer.status;
    },
  };
}
