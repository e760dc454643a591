/**
 * Runs the corpus (`test/conformance/corpus/cases.jsonl`: a process for each case) against a program that takes QEMU's command line.
 *
 *   node scripts/record-corpus.mjs --qemu PROGRAM [--only REGEX] [--check] [--jobs N]
 *
 * With a real QEMU it writes the answers to `test/conformance/corpus/VERSION.jsonl`; each case is run twice, and one that goes
 * differently is marked as not stable. With `--check` it writes nothing and counts, by category, how many answers are as recorded: that is
 * for `fake-qemu`. The version is what `PROGRAM --version` says.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readRows } from './conformance.mjs';
import { runCase, unsupported } from './process-driver.mjs';

const FOLDER = new URL('../test/conformance/corpus/', import.meta.url);

const { values: options } = parseArgs({
  options: {
    qemu: { type: 'string' },
    only: { type: 'string', default: '' },
    check: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
  },
});
if (options.qemu === undefined) {
  console.error('usage: record-corpus.mjs --qemu PROGRAM [--only REGEX] [--check] [--jobs N]');
  process.exit(2);
}

/** What came on each connection after each chunk, without what differs from run to run. */
function exchanges({ rx = [] }) {
  const groups = {};
  for (const { after, conn = 'main', ...entry } of rx) {
    const group = (groups[`${after} ${conn}`] ??= []);
    if ('closed' in entry || 'send_error' in entry) {
      if (group.at(-1) !== 'closed') group.push('closed');
    } else {
      const line = entry.line
        ?.replaceAll(/#block\d+/g, '#blockN')
        .replaceAll(/"(pid|thread-id)": \d+/g, '"$1": N');
      group.push(JSON.stringify({ ...entry, line }));
    }
  }
  return groups;
}

const same = (a, b) => JSON.stringify(exchanges(a)) === JSON.stringify(exchanges(b));

const banner = execFileSync(options.qemu, ['--version'], { encoding: 'utf8' });
const version = /version (\d+\.\d+)/.exec(banner)?.[1];
if (version === undefined) throw new Error(`No version in ${JSON.stringify(banner)}`);
const file = new URL(`${version}.jsonl`, FOLDER);
const known = new Map(existsSync(file) ? readRows(file).map((row) => [row.id, row]) : []);
const only = new RegExp(options.only);
const cases = readRows(new URL('cases.jsonl', FOLDER));
const chosen = cases.filter(({ id }) => only.test(id));

const results = new Map();
const tally = new Map();
const count = (category, identical) => {
  const row = tally.get(category) ?? { identical: 0, all: 0 };
  row.all++;
  if (identical) row.identical++;
  tally.set(category, row);
};

async function one(given) {
  const why = unsupported(given);
  if (why !== undefined) {
    console.log(`${given.id}: left as it is: ${why}`);
    return;
  }
  const recorded = known.get(given.id);
  const result = await runCase(options.qemu, given, recorded);
  if (!options.check) {
    const again = await runCase(options.qemu, given, recorded);
    results.set(given.id, { ...result, stable: same(result, again) });
    return;
  }
  if (recorded === undefined || recorded.stable === false) return;
  const identical = same(result, recorded);
  count(given.category, identical);
  if (identical) return;
  const [wanted, got] = [exchanges(recorded), exchanges(result)];
  const key = Object.keys({ ...wanted, ...got }).find((name) => String(wanted[name]) !== String(got[name]));
  console.log(
    `${given.id} after chunk ${key}\n  recorded ${String(wanted[key]).slice(0, 500)}\n  now      ${String(got[key]).slice(0, 500)}`,
  );
}

const waiting = [...chosen];
async function worker() {
  for (let given = waiting.shift(); given !== undefined; given = waiting.shift()) await one(given);
}
await Promise.all(Array.from({ length: Number(options.jobs) }, worker));

if (options.check) {
  for (const [category, { identical, all }] of [...tally].toSorted(([a], [b]) => a.localeCompare(b)))
    console.log(`${category}: ${identical} of ${all} cases identical`);
  process.exitCode = [...tally.values()].every(({ identical, all }) => identical === all) ? 0 : 1;
} else {
  const rows = cases.map(({ id }) => results.get(id) ?? known.get(id)).filter((row) => row !== undefined);
  writeFileSync(file, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
  console.log(`QEMU ${version}: ${results.size} cases recorded`);
}
