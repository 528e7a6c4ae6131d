import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An app's own back end: serves its redirect URL and remembers what arrived there. */
export interface AppBackEnd {
  readonly redirectUrl: string;
  /** URL and form body of each visit. */
  readonly visits: readonly { url: URL; form: URLSearchParams; referer: string | undefined }[];
  close(): Promise<void>;
}

export async function startAppBackEnd(): Promise<AppBackEnd> {
  const visits: { url: URL; form: URLSearchParams; referer: string | undefined }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    if (url.pathname === '/signed-in') {
      visits.push({
        url,
        form: new URLSearchParams(Buffer.concat(chunks).toString('utf8')),
        referer: request.headers.referer,
      });
    }
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><html lang="en"><title>App</title><h1>Signed in</h1>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    redirectUrl: `http://127.0.0.1:${port}/signed-in`,
    visits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
