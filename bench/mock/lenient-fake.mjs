// The fake that people write by hand, in forty lines: it checks nothing and accepts everything. Prints when it listens.
import { connect, createServer } from 'node:net';

const greeting = {
  QMP: { version: { qemu: { micro: 3, minor: 1, major: 11 }, package: '' }, capabilities: ['oob'] },
};
const replies = {
  'query-status': { status: 'running', running: true },
  'query-version': greeting.QMP.version,
};

function serve(socket) {
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
}

/** Starts a lenient fake and gives its server. */
export function lenientFake(path, ready) {
  return createServer(serve).listen(path, ready);
}

const [mode, path] = process.argv[1]?.endsWith('lenient-fake.mjs') ? process.argv.slice(2) : [];
if (mode === 'listen') lenientFake(path);
else if (mode === 'dial') serve(connect(path));
