/** One sample of load on a server: `load.js PATH sequential|pipelined COMMANDS` → µs a command. */
import { RawClient } from '../lib/raw-client.ts';

const [path = '', mode, count] = process.argv.slice(2);
const total = Number(count);
const client = await RawClient.open(path);
const request = (id: number): string => `{"execute":"query-status","id":${id}}\n`;

async function sequential(commands: number): Promise<void> {
  for (let i = 0; i < commands; i += 1) await client.send(request(i), 1);
}

async function pipelined(commands: number): Promise<void> {
  let burst = '';
  for (let i = 0; i < commands; i += 1) burst += request(i);
  await client.send(burst, commands);
}

const run = mode === 'sequential' ? sequential : pipelined;
await run(Math.ceil(total / 5));
const start = process.hrtime.bigint();
await run(total);
console.log(JSON.stringify(Number(process.hrtime.bigint() - start) / 1000 / total));
process.exit(0);
