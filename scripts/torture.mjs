// Runs qmp-core's suite and those of the examples with a fault proxy between each client and its monitor, one byte per write:
//   node scripts/torture.mjs [suite…]
// A suite passes only if its tests pass and the proxies report that its conversations went through them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const here = (name) => join(root, 'scripts/torture', name);
// By the package manager's own command: it tells Node where the native part of koffi is.
const vitest = join(root, 'node_modules/.bin/vitest');
const fault = 'one-byte-per-write';
const asFixtures = { QMP_FAULT_PROXY: fault };
const asClient = { QMP_CLIENT_FAULT: fault, QMP_FAULT_PROXY: '' };
const setup = here('client-through-proxy.mjs');

const fixtures = (name, env = {}) => ({
  cwd: `examples/${name}`,
  command: vitest,
  args: ['run'],
  env: { ...asFixtures, ...env },
});
const clients = (name, env = {}) => ({
  cwd: `examples/${name}`,
  command: vitest,
  args: ['run', '--config', here('vitest.config.mjs'), '--root', join(root, 'examples', name)],
  env: { ...asClient, ...env },
});
const qemu = { skip: noQemu() };
const suites = {
  'qmp-core': {
    cwd: '.',
    command: vitest,
    // Hundreds of kilobytes take seconds, one by one.
    args: ['run', '--project', 'qmp-core', '--exclude', '**/test/security/**', '--testTimeout', '30000'],
    env: asFixtures,
  },
  'qmp-core, test/security': { skip: 'sends megabytes to reach the limits: too many single bytes' },
  'first-test': fixtures('first-test'),
  'first-test, QEMU': { ...fixtures('first-test', { QMP_BACKEND: 'qemu' }), ...qemu },
  'mock-only': fixtures('mock-only'),
  faults: clients('faults'),
  'several-machines': fixtures('several-machines'),
  'shared-machine': fixtures('shared-machine'),
  'two-backends': fixtures('two-backends'),
  'recorded-jobs, replay': clients('recorded-jobs', { QMP_BACKEND: 'replay' }),
  'spawns-qemu': clients('spawns-qemu'),
  'node-test': { cwd: 'examples/node-test', args: ['--import', setup, '--test'], env: asClient },
  jest: {
    cwd: 'examples/jest',
    args: ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--setupFilesAfterEnv', setup],
    env: asClient,
  },
  'plain-script': { cwd: 'examples/plain-script', args: ['--import', setup, 'script.mjs'], env: asClient },
};

function noQemu() {
  const binary = process.env.QMP_QEMU_BINARY || 'qemu-system-x86_64';
  if (spawnSync(binary, ['--version']).status === 0) return undefined;
  if (process.env.QMP_REQUIRE_QEMU === '1') return undefined;
  return `no ${binary}`;
}

const chosen = process.argv.slice(2);
for (const name of chosen) if (!Object.hasOwn(suites, name)) throw new Error(`There is no suite ${name}`);
const scratch = mkdtempSync(join(tmpdir(), 'qmp-torture-'));
const rows = [];
const without = new Map();
try {
  for (const [name, { cwd, command = process.execPath, args, env, skip }] of Object.entries(suites)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    if (skip !== undefined) {
      rows.push({ suite: name, result: 'not applicable', why: skip });
      continue;
    }
    const report = join(scratch, `${rows.length}.jsonl`);
    const run = spawnSync(command, args, {
      cwd: join(root, cwd),
      env: { ...process.env, ...env, QMP_FAULT_REPORT: report, NO_COLOR: '1' },
      encoding: 'utf8',
    });
    const lines = existsSync(report)
      ? readFileSync(report, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
    let conversations = 0;
    let seen = 0;
    for (const line of lines) {
      if (line.without !== undefined) without.set(`${name}: ${line.without}`, line.reason);
      else if (line.streams !== undefined) {
        conversations += line.streams;
        seen += line.bytes;
        if (line.bytes !== line.writes) run.status ||= 2;
      } else if (line.fault === fault && line.messages > 0) {
        conversations++;
        seen += line.messages;
      }
    }
    const ok = run.status === 0 && conversations > 0 && seen > 0;
    const why =
      run.status !== 0
        ? `exit ${run.status}`
        : ok
          ? `${conversations} conversations through the proxy`
          : 'nothing went through the proxy';
    rows.push({ suite: name, result: ok ? 'passed' : 'failed', why });
    if (!ok) console.error(`== ${name}\n${run.stdout}${run.stderr}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.table(rows);
if (without.size > 0) {
  console.log(`${without.size} tests look at their stream themselves, and run without a proxy:`);
  for (const [test, reason] of without) console.log(`  ${test} (${reason})`);
}
process.exitCode = rows.some(({ result }) => result === 'failed') ? 1 : 0;
