// One sample: worker.mjs PATH CONTENDER raw|qemu SCENARIO → µs for each unit of work, after a warm-up.
// worker.mjs PATH CONTENDER request → the text of the hundredth request that this client writes.
import { contenders } from './contenders.mjs';
import { qemuScenarios, scenarios } from './scenarios.mjs';

const [path, contender, kind, name] = process.argv.slice(2);
const client = await contenders[contender](path);
let result;
if (kind === 'request') {
  for (let i = 0; i < 100; i += 1) await client.execute('query-status');
  result = await client.execute('query-last-request');
} else {
  const { run, work, warmUp = Math.ceil(work / 5) } = (kind === 'qemu' ? qemuScenarios : scenarios)[name];
  if (warmUp > 0) await run(client, warmUp);
  const start = process.hrtime.bigint();
  await run(client, work);
  result = Number(process.hrtime.bigint() - start) / 1000 / work;
}
console.log(JSON.stringify(result));
await client.close();
process.exit(0);
