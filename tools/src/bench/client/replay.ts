/**
 * Measures the cost of a request to QEMU itself: `replay.js PATH REQUEST COUNT` → µs per request, sent 100 at
 * a time without a client.
 */
import { RawClient } from '../lib/raw-client.ts';

const [path = '', request = '', count] = process.argv.slice(2);
const client = await RawClient.open(path);
const burst = request.repeat(100);
await client.send(burst, 100);
const start = process.hrtime.bigint();
for (let i = 0; i < Number(count) / 100; i += 1) await client.send(burst, 100);
console.log(JSON.stringify(Number(process.hrtime.bigint() - start) / 1000 / Number(count)));
process.exit(0);
