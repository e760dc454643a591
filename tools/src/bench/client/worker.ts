/**
 * One sample: `worker.js PATH CONTENDER raw|qemu SCENARIO` → µs for each unit of work, after a warm-up.
 * `worker.js PATH CONTENDER request` → the text of the hundredth request that this client writes.
 */
import { contenders } from './contenders.ts';
import { qemuScenarios, scenarios, warmUpOf } from './scenarios.ts';

const [path = '', contender = '', kind, name = ''] = process.argv.slice(2);
const client = await contenders[contender]!(path);
let result: unknown;
if (kind === 'request') {
  for (let i = 0; i < 100; i += 1) await client.execute('query-status');
  result = await client.execute('query-last-request');
} else {
  const scenario = (kind === 'qemu' ? qemuScenarios : scenarios)[name]!;
  const warmUp = warmUpOf(scenario);
  if (warmUp > 0) await scenario.run(client, warmUp);
  const start = process.hrtime.bigint();
  await scenario.run(client, scenario.work);
  result = Number(process.hrtime.bigint() - start) / 1000 / scenario.work;
}
console.log(JSON.stringify(result));
await client.close();
process.exit(0);
