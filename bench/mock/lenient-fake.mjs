// The fake that people write by hand, in forty lines: it checks nothing and accepts everything. Prints when it listens.
import { createServer } from 'node:net';

const greeting = {
  QMP: { version: { qemu: { micro: 3, minor: 1, major: 11 }, package: '' }, capabilities: ['oob'] },
};
const replies = {
  'query-status': { status: 'running', running: true },
  'query-version': greeting.QMP.version,
};

/** Starts a lenient fake and gives its server. */
export function lenientFake(path, ready) {
  const server = createServer((socket) => {
    const send = (message) => socket.write(`${JSON.stringify(message)}\r\n`);
    let rest = '';
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        const { execute, id } = JSON.parse(line);
        if (execute === 'quit') send({ event: 'SHUTDOWN', timestamp: { seconds: 0, microseconds: 0 } });
        send({ return: replies[execute] ?? {}, id });
      }
    });
    send(greeting);
  });
  return server.listen(path, ready);
}

if (process.argv[2] !== undefined) lenientFake(process.argv[2], () => console.log('listening'));
