import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a client got at its back-channel logout URI. */
export interface ReceivedLogout {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly token: string;
  readonly fields: readonly string[];
}

export interface LogoutReceiver {
  readonly url: string;
  readonly received: readonly ReceivedLogout[];
}

/** A client's back end on this machine. `answer` is told how many came before. */
export async function startLogoutReceiver(
  answer: number | ((response: ServerResponse, before: number) => void) = 200,
): Promise<LogoutReceiver> {
  const received: ReceivedLogout[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const form = new URLSearchParams(body);
    const { method, headers } = request;
    received.push({ method, headers, token: form.get('logout_token') ?? '', fields: [...form.keys()] });
    if (typeof answer === 'number') response.writeHead(answer).end();
    else answer(response, received.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`, received };
}
