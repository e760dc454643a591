// What a request costs QEMU itself: replay.mjs PATH REQUEST COUNT → µs a request, sent 100 at a time without a client.
import { once } from 'node:events';
import { connect } from 'node:net';

const [path, request, count] = process.argv.slice(2);
const socket = connect(path);
let missing = 1;
let reached = () => {};
socket.on('data', (chunk) => {
  for (const byte of chunk) if (byte === 10) missing -= 1;
  if (missing === 0) reached();
});
const replies = (number, text) =>
  new Promise((resolve) => {
    missing = number;
    reached = resolve;
    if (text !== undefined) socket.write(text);
  });
const greeted = replies(1);
await once(socket, 'connect');
await greeted;
await replies(1, '{"execute":"qmp_capabilities"}');
const burst = request.repeat(100);
await replies(100, burst);
const start = process.hrtime.bigint();
for (let i = 0; i < Number(count) / 100; i += 1) await replies(100, burst);
console.log(JSON.stringify(Number(process.hrtime.bigint() - start) / 1000 / Number(count)));
process.exit(0);
