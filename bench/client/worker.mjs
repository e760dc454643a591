// One sample: worker.mjs PATH CONTENDER SCENARIO [FACTOR] → µs for each unit of work, after a warm-up.
import { contenders } from './contenders.mjs';
import { scenarios } from './scenarios.mjs';

const [path, contender, name, factor = '1'] = process.argv.slice(2);
const scenario = scenarios[name];
const work = Math.max(1, Math.round(scenario.work * Number(factor)));
const client = await contenders[contender](path);
if (name !== '100 000 events') await scenario.run(client, Math.ceil(work / 5));
const start = process.hrtime.bigint();
await scenario.run(client, work);
const elapsed = Number(process.hrtime.bigint() - start) / 1000;
console.log(JSON.stringify(elapsed / work));
await client.close();
process.exit(0);
