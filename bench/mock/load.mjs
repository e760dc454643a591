// One sample of load on a server: load.mjs PATH sequential|pipelined COMMANDS → µs a command. A raw socket, so that no client's cost counts.
import { once } from 'node:events';
import { connect } from 'node:net';

const [path, mode, count] = process.argv.slice(2);
const total = Number(count);
const socket = connect(path);
let seen = 0;
let target = 1;
let reached;
const lines = (number) => {
  target = seen + number;
  return new Promise((resolve) => (reached = resolve));
};
socket.on('data', (chunk) => {
  for (const byte of chunk) if (byte === 10) seen += 1;
  if (seen >= target) reached?.();
});
await once(socket, 'connect');
if (seen === 0) await lines(1);
socket.write('{"execute":"qmp_capabilities"}\n');
await lines(1);
const request = (id) => `{"execute":"query-status","id":${id}}\n`;
async function sequential(n) {
  for (let i = 0; i < n; i += 1) {
    socket.write(request(i));
    await lines(1);
  }
}
async function pipelined(n) {
  let burst = '';
  for (let i = 0; i < n; i += 1) burst += request(i);
  socket.write(burst);
  await lines(n);
}
const run = mode === 'sequential' ? sequential : pipelined;
await run(Math.ceil(total / 5));
const start = process.hrtime.bigint();
await run(total);
console.log(JSON.stringify(Number(process.hrtime.bigint() - start) / 1000 / total));
process.exit(0);
