// The floor that every client is measured on: a server that does as little as a QMP server can, in its own process.
// It finds the command and the id in the bytes by pattern and answers from ready-made texts. Prints its socket's path.
import { createServer } from 'node:net';

const path = process.argv[2];
const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 3, "minor": 1, "major": 11}, "package": ""}, "capabilities": ["oob"]}}\r\n';
const status = '{"status": "running", "running": true}';
const block = (size) => {
  const item = '{"device": "virtio0", "node-name": "node12", "size": 1073741824, "writable": true}';
  return `[${Array.from({ length: Math.ceil(size / item.length) }, () => item).join(', ')}]`;
};
const replies = {
  'query-status': status,
  'query-block': block(100_000),
  'query-named-block-nodes': block(5_000_000),
  'query-events-flood': status,
};
const event =
  '{"timestamp": {"seconds": 1700000000, "microseconds": 123456}, "event": "RTC_CHANGE", "data": {"offset": 12, "qom-path": "/machine/rtc"}}\r\n';
const request = /"execute":\s*"([^"]+)"|"id":\s*("[^"]*"|\d+)|\}(?=\s*(?:\{|$))/g;

const server = createServer((socket) => {
  socket.write(greeting);
  let received = 0;
  let command;
  let id;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    received += chunk.length;
    const out = [];
    for (const [, execute, requestId] of chunk.toString('latin1').matchAll(request)) {
      if (execute !== undefined) command = execute;
      else if (requestId !== undefined) id = requestId;
      else if (command !== undefined) {
        if (command === 'query-events-flood') {
          const burst = event.repeat(1000);
          for (let i = 0; i < 100; i += 1) out.push(burst);
        }
        const value = command === 'query-received' ? String(received) : (replies[command] ?? '{}');
        out.push(`{"return": ${value}${id === undefined ? '' : `, "id": ${id}`}}\r\n`);
        command = undefined;
        id = undefined;
      }
    }
    if (out.length > 0) socket.write(out.join(''));
  });
});
server.listen(path, () => console.log(path));
process.on('disconnect', () => process.exit());
