import { type AddressInfo, createServer, type Socket } from 'node:net';

/** An SMTP server that says what a test tells it to, and keeps every line it was sent. */
export interface ScriptedSmtp {
  readonly port: number;
  readonly smtpUrl: string;
  /** Commands of all sessions, in order; the lines of messages are left out. */
  readonly commands: readonly string[];
  /** Raw messages that were accepted. */
  readonly messages: readonly string[];
  close(): Promise<void>;
}

export interface SmtpScript {
  readonly port?: number;
  /** Replies by command verb, in place of the friendly ones; null never answers. `.` is the end of a message. */
  readonly replies?: Readonly<Record<string, string | null>>;
  /** Lines of the answer to EHLO after the greeting. */
  readonly extensions?: readonly string[];
}

const FRIENDLY: Readonly<Record<string, string>> = {
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  '.': '250 taken',
  RSET: '250 ok',
  QUIT: '221 bye',
  AUTH: '235 welcome',
};

export async function startScriptedSmtp(script: SmtpScript = {}): Promise<ScriptedSmtp> {
  const commands: string[] = [];
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.write('220 test.example ESMTP\r\n');
    converse(socket, script, commands, messages);
  });
  await new Promise<void>((resolve) => server.listen(script.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    smtpUrl: `smtp://127.0.0.1:${port}`,
    commands,
    messages,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function converse(socket: Socket, script: SmtpScript, commands: string[], messages: string[]): void {
  let rest = '';
  let message: string[] | undefined;
  const reply = (verb: string): void => {
    const scripted = script.replies?.[verb];
    if (scripted !== null) socket.write(`${scripted ?? FRIENDLY[verb] ?? '500 what?'}\r\n`);
  };
  const heed = (line: string): void => {
    if (message !== undefined && line !== '.') {
      message.push(line);
      return;
    }
    if (message !== undefined) {
      messages.push(message.join('\r\n'));
      message = undefined;
      reply('.');
      return;
    }
    commands.push(line);
    const verb = line.split(' ', 1)[0] ?? '';
    if (verb === 'EHLO') {
      const lines = ['test.example', ...(script.extensions ?? [])];
      socket.write(
        lines.map((text, index) => `250${index === lines.length - 1 ? ' ' : '-'}${text}\r\n`).join(''),
      );
      return;
    }
    if (verb === 'DATA' && script.replies?.['DATA'] === undefined) message = [];
    reply(verb);
  };
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) heed(line);
  });
}
