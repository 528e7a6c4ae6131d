import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export const REFUSED: ScriptedAnswer = {
  status: 401,
  headers: {
    'www-authenticate': 'Bearer realm="orders", error="invalid_token", error_description="Expired"',
  },
};

export interface RecordingService {
  /** Its origin is http://localhost:<port>; every address of 127.0.0.0/8 reaches it too. */
  readonly origin: string;
  readonly port: number;
  readonly requests: readonly RecordedRequest[];
}

/** A service on loopback for one test that answers what its script says, then 200. */
export async function startRecordingService(
  script: readonly ScriptedAnswer[] = [],
): Promise<RecordingService> {
  const requests: RecordedRequest[] = [];
  const answers = [...script];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push({
      method: request.method ?? '',
      path: request.url ?? '',
      authorization: request.headers.authorization,
      body: Buffer.concat(chunks).toString(),
    });
    const { status, headers } = answers.shift() ?? { status: 200 };
    response.writeHead(status, headers).end('done');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://localhost:${port}`, port, requests };
}
