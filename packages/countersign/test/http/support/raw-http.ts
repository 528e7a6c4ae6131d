/** Requests over a socket, line by line: what no HTTP client would send goes out as it is. */
import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawRequest {
  readonly method: string;
  readonly url: string;
  /** Header lines without their ends, in their order. */
  readonly lines: readonly string[];
}

export interface RawAnswer {
  readonly status: number;
  /** By name in lower case; values of fields that came twice are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends one request on a connection of its own, and reads until the server closes it. */
export async function sendRaw(port: number, request: RawRequest): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.write(requestText(request));
  await once(socket, 'close');
  return parseAnswer(Buffer.concat(chunks).toString('latin1'));
}

/** `Connection: close` unless the lines say otherwise. */
export function requestText({ method, url, lines }: RawRequest): string {
  const hasConnection = lines.some((line) => /^connection:/i.test(line));
  const all = ['Host: api.example', ...(hasConnection ? [] : ['Connection: close']), ...lines];
  return `${method} ${url} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`;
}

export function parseAnswer(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    const present = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), present === undefined ? value : `${present}, ${value}`);
  }
  const body = rest.join('\r\n\r\n');
  const isChunked = headers.get('transfer-encoding') === 'chunked';
  return { status: Number(statusLine.split(' ')[1]), headers, body: isChunked ? joinChunks(body) : body };
}

function joinChunks(body: string): string {
  let text = '';
  for (let rest = body; rest !== ''; ) {
    const end = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.slice(0, end), 16);
    if (!(size > 0)) break;
    text += rest.slice(end + 2, end + 2 + size);
    rest = rest.slice(end + 4 + size);
  }
  return text;
}
