/** The fake that people write by hand, in forty lines: it checks nothing and accepts everything. */
import { createServer, type Server, type Socket } from 'node:net';

const greeting = {
  QMP: { version: { qemu: { micro: 3, minor: 1, major: 11 }, package: '' }, capabilities: ['oob'] },
};
const replies: Readonly<Record<string, unknown>> = {
  'query-status': { status: 'running', running: true },
  'query-version': greeting.QMP.version,
};

/** Serves one client. */
export function serve(socket: Socket): void {
  const send = (message: unknown): void => void socket.write(`${JSON.stringify(message)}\r\n`);
  let rest = '';
  socket.on('error', () => {});
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const { execute, id }: { execute: string; id: unknown } = JSON.parse(line);
      if (execute === 'quit') send({ event: 'SHUTDOWN', timestamp: { seconds: 0, microseconds: 0 } });
      send({ return: replies[execute] ?? {}, id });
    }
  });
  send(greeting);
}

/** Starts a lenient fake, and gives its server. */
export function lenientFake(path: string): Server {
  return createServer(serve).listen(path);
}
