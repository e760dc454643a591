#!/usr/bin/env node
/**
 * Compares the built-in machine with real QEMUs: random sequences of lifecycle commands and queries on machines with
 * random start options go to both, and what comes back has to be the same, line for line. A difference is shrunk to
 * the shortest sequence that still shows it.
 *
 *     node scripts/differential-machine.mjs --qemu QEMU-BINARY [--runs 100] [--seed 1] [--length 12]
 *
 * Needs a build (`pnpm exec tsc -b`). Exit status 1 where there are differences.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const FAKE = fileURLToPath(new URL('../packages/qmp-mock/dist/cli/fake-qemu.cjs', import.meta.url));
/** How long a program may take for one answer, in ms. */
const DEADLINE = 20_000;

const { values } = parseArgs({
  options: {
    qemu: { type: 'string' },
    runs: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    length: { type: 'string', default: '12' },
  },
});
if (!values.qemu) {
  console.error(
    'usage: node scripts/differential-machine.mjs --qemu QEMU-BINARY [--runs N] [--seed N] [--length N]',
  );
  process.exit(2);
}

/** A generator of numbers in [0, 1) that gives the same for the same seed (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const START_OPTIONS = [
  ['-S'],
  ['-no-reboot'],
  ['-no-shutdown'],
  ['-action', 'reboot=shutdown,shutdown=pause'],
  ['-action', 'panic=pause'],
  ['-preconfig'],
  ['-incoming', 'defer'],
  ['-name', 'guest,,1'],
  ['-name', 'guest=vm,process=p'],
  ['-uuid', '5f0f6b1c-27d5-4d2e-9a3c-0a1b2c3d4e5f'],
  ['-object', 'iothread,id=io0'],
  ['-chardev', 'null,id=n0'],
  ['-chardev', 'ringbuf,id=rb'],
  ['-monitor', 'null'],
  ['-serial', 'null'],
];
const ON_PC = [
  ['-smp', '2'],
  ['-m', '96'],
];

const NULL_BACKEND = { type: 'null', data: {} };
const COMMANDS = [
  ['stop'],
  ['cont'],
  ['system_reset'],
  ['system_powerdown'],
  ['system_wakeup'],
  ['query-status'],
  ['query-status'],
  ['inject-nmi'],
  ['set-action', { reboot: 'reset' }],
  ['set-action', { reboot: 'shutdown', shutdown: 'pause' }],
  ['set-action', { shutdown: 'poweroff' }],
  ['set-action', { panic: 'pause', watchdog: 'none' }],
  ['watchdog-set-action', { action: 'pause' }],
  ['x-exit-preconfig'],
  ['query-name'],
  ['query-uuid'],
  ['query-kvm'],
  ['query-current-machine'],
  ['query-chardev'],
  ['query-yank'],
  ['query-migrate'],
  ['query-migrate-parameters'],
  ['query-migrate-capabilities'],
  ['query-block'],
  ['query-named-block-nodes'],
  ['query-memory-size-summary'],
  ['query-memdev'],
  ['query-hotpluggable-cpus'],
  ['query-cpus-fast'],
  ['query-iothreads'],
  ['query-fdsets'],
  ['query-jobs'],
  ['query-mice'],
  ['query-version'],
  ['query-events'],
  ['query-tpm'],
  ['query-vnc'],
  ['query-spice'],
  ['query-target'],
  ['query-dump'],
  ['qom-list', { path: '/' }],
  ['qom-list', { path: '/objects' }],
  ['qom-list', { path: '/chardevs' }],
  ['qom-list', { path: '/machine' }],
  ['qom-list', { path: 'machine/peripheral' }],
  ['qom-get', { path: '/machine', property: 'type' }],
  ['qom-get', { path: '/machine', property: 'nosuch' }],
  ['qom-get', { path: '/nosuch', property: 'type' }],
  ['qom-set', { path: '/machine', property: 'graphics', value: false }],
  ['qom-set', { path: '/machine', property: 'graphics', value: 'x' }],
  ['object-add', { 'qom-type': 'iothread', id: 'io1' }],
  ['object-add', { 'qom-type': 'iothread', id: '1bad' }],
  ['object-add', { 'qom-type': 'secret', id: 's0', data: 'x' }],
  ['object-del', { id: 'io1' }],
  ['object-del', { id: 'nosuch' }],
  ['chardev-add', { id: 'c1', backend: NULL_BACKEND }],
  ['chardev-add', { id: 'c2', backend: { type: 'ringbuf', data: { size: 8 } } }],
  ['chardev-add', { id: 'c3', backend: { type: 'mux', data: { chardev: 'c1' } } }],
  ['chardev-remove', { id: 'c1' }],
  ['chardev-remove', { id: 'mon' }],
  ['chardev-change', { id: 'c1', backend: NULL_BACKEND }],
  ['ringbuf-write', { device: 'c2', data: 'hello world' }],
  ['ringbuf-read', { device: 'c2', size: 5 }],
  ['blockdev-add', { driver: 'null-co', 'node-name': 'd0', size: 1048576 }],
  ['blockdev-add', { driver: 'raw', 'node-name': 'd1', file: 'd0' }],
  ['blockdev-del', { 'node-name': 'd0' }],
  ['blockdev-del', { 'node-name': 'd1' }],
  ['migrate-set-parameters', { 'downtime-limit': 400 }],
  ['migrate-set-parameters', { 'downtime-limit': -1 }],
  ['migrate-set-parameters', { 'cpu-throttle-initial': 100 }],
  ['migrate-set-parameters', { 'max-bandwidth': -1 }],
  ['migrate-set-capabilities', { capabilities: [{ capability: 'events', state: true }] }],
  ['migrate-pause'],
  ['migrate_cancel'],
  ['migrate-continue', { state: 'device' }],
  ['migrate-start-postcopy'],
  ['job-cancel', { id: 'j' }],
  ['block-job-cancel', { device: 'j' }],
  ['eject', { device: 'cd' }],
  ['eject'],
  ['device_del', { id: 'nosuch' }],
  ['device_add', { driver: 'nosuch' }],
  ['getfd', { fdname: 'a' }],
  ['closefd', { fdname: 'a' }],
  ['balloon', { value: 1 }],
  ['screendump', { filename: '/nosuch/x' }],
  ['input-send-event', { events: [] }],
  ['human-monitor-command', { 'command-line': 'info status' }],
  ['human-monitor-command', { 'command-line': 'info name' }],
  ['human-monitor-command', { 'command-line': 'info chardev' }],
  ['human-monitor-command', { 'command-line': 'stop' }],
  ['human-monitor-command', { 'command-line': 'c' }],
  ['human-monitor-command', { 'command-line': 'system_reset' }],
  ['human-monitor-command', { 'command-line': 'print 3*(4+1)' }],
  ['human-monitor-command', { 'command-line': 'print/d -5' }],
  ['human-monitor-command', { 'command-line': 'stop now' }],
  ['human-monitor-command', { 'command-line': 'nosuch' }],
  ['nosuch'],
  ['query-name', { a: 1, b: 2 }],
  ['quit'],
];

const pick = (random, list) => list[Math.floor(random() * list.length)];

/** Start options and commands of one run. */
function plan(random, length) {
  const bare = random() < 0.5;
  const options = bare
    ? [['-machine', 'none']]
    : [
        ['-machine', 'pc,accel=tcg'],
        ['-bios', '@FIRMWARE@'],
      ];
  const more = bare ? START_OPTIONS : [...START_OPTIONS, ...ON_PC];
  for (let count = Math.floor(random() * 4); count > 0; count -= 1) {
    const option = pick(random, more);
    if (!options.includes(option)) options.push(option);
  }
  const commands = Array.from({ length }, () => pick(random, COMMANDS));
  return { options, commands };
}

/** The programs that are running, each with its folder; a run that is ended early leaves neither. */
const running = new Map();
process.once('exit', () => {
  for (const [child, folder] of running) {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/** Runs a program through a plan; gives what it said, one line after another. */
async function play(binary, env, { options, commands }) {
  const folder = mkdtempSync(join(tmpdir(), 'qmp-differential-'));
  const firmware = Buffer.alloc(65_536);
  firmware.set([0xfa, 0xf4, 0xeb, 0xfd], 65_520);
  writeFileSync(join(folder, 'idle.bin'), firmware);
  const path = join(folder, 'm');
  const server = createServer();
  await new Promise((resolve) => server.listen(path, resolve));
  const args = options.flat().map((word) => word.replace('@FIRMWARE@', join(folder, 'idle.bin')));
  const [program, ...before] = binary;
  const child = spawn(
    program,
    [
      ...before,
      ...args,
      '-nodefaults',
      '-display',
      'none',
      '-chardev',
      `socket,id=mon,path=${path}`,
      '-qmp',
      'chardev:mon',
    ],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'ignore'] },
  );
  running.set(child, folder);
  const gone = new Promise((resolve) => {
    child.once('exit', resolve).once('error', resolve);
  });
  const said = [];
  try {
    const socket = await within(
      new Promise((resolve, reject) => {
        server.once('connection', resolve);
        child.once('exit', (code) => reject(new Error(`ended at the start with ${code}`)));
      }),
    );
    const lines = lineReader(socket);
    await lines.next();
    socket.write('{"execute":"qmp_capabilities"}');
    await lines.next();
    for (const [id, [execute, argumentsOf]] of commands.entries()) {
      said.push(`> ${execute} ${argumentsOf === undefined ? '' : JSON.stringify(argumentsOf)}`);
      socket.write(JSON.stringify({ execute, arguments: argumentsOf, id }));
      for (;;) {
        const line = await within(lines.next());
        said.push(fold(line ?? 'END', folder));
        if (line === undefined) return said;
        if (line.includes(`"id": ${id}`) && !line.startsWith('{"timestamp"')) break;
      }
    }
    return said;
  } catch (error) {
    return [...said, error.message];
  } finally {
    // Only when it is gone does it write nothing more into the folder.
    child.kill('SIGKILL');
    await gone;
    server.close();
    rmSync(folder, { recursive: true, force: true });
    running.delete(child);
  }
}

async function within(promise) {
  let timer;
  try {
    return await Promise.race([
      promise,
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`nothing within ${DEADLINE} ms`)), DEADLINE);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lines of a socket, one after another; `undefined` once it has ended. */
function lineReader(socket) {
  const lines = [];
  const waiting = [];
  let rest = '';
  let ended = false;
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    const parts = (rest + chunk).split('\r\n');
    rest = parts.pop();
    for (const line of parts) {
      if (waiting.length > 0) waiting.shift()(line);
      else lines.push(line);
    }
  });
  const end = () => {
    ended = true;
    for (const resolve of waiting.splice(0)) resolve(undefined);
  };
  socket.on('error', end).on('close', end);
  return {
    next: () =>
      lines.length > 0 || ended
        ? Promise.resolve(lines.shift())
        : new Promise((resolve) => waiting.push(resolve)),
  };
}

/** Takes out what differs from run to run. */
function fold(line, folder) {
  return line
    .replace(/^\{"timestamp": \{[^}]*\}, /, '{')
    .replaceAll(/"thread-id": \d{3,}/g, '"thread-id": N')
    .replaceAll(/#block\d+/g, '#blockN')
    .replaceAll(folder, '@TMP@');
}

/** Whether the two programs differ on a plan; gives both accounts where they do. */
async function differ(version, plan_) {
  const [real, fake] = await Promise.all([
    play([values.qemu], {}, plan_),
    play([process.execPath, FAKE], { FAKE_QEMU_VERSION: version }, plan_),
  ]);
  return real.join('\n') === fake.join('\n') ? undefined : { real, fake };
}

/** The shortest plan that still differs: options and commands are left out one by one. */
async function shrink(version, plan_, found) {
  let best = { plan: plan_, found };
  for (const part of ['commands', 'options']) {
    for (let at = best.plan[part].length - 1; at >= (part === 'options' ? 1 : 0); at -= 1) {
      const smaller = { ...best.plan, [part]: best.plan[part].toSpliced(at, 1) };
      const again = await differ(version, smaller);
      if (again !== undefined) best = { plan: smaller, found: again };
    }
  }
  return best;
}

const version = await versionOf(values.qemu);
const seed = Number(values.seed);
let differences = 0;
for (let run = 0; run < Number(values.runs); run += 1) {
  const plan_ = plan(generator(seed * 1_000_003 + run), Number(values.length));
  const found = await differ(version, plan_);
  if (found === undefined) continue;
  const small = await shrink(version, plan_, found);
  differences += 1;
  console.log(`--- run ${run}: ${small.plan.options.flat().join(' ')}`);
  show(small.found);
}
console.log(
  `QEMU ${version}: ${values.runs} runs of ${values.length} commands, ${differences} different (seed ${seed})`,
);
process.exitCode = differences === 0 ? 0 : 1;

function show({ real, fake }) {
  const count = Math.max(real.length, fake.length);
  for (let at = 0; at < count; at += 1) {
    if (real[at] === fake[at]) {
      console.log(`    ${String(real[at]).slice(0, 300)}`);
    } else {
      console.log(`  - ${String(real[at]).slice(0, 1000)}`);
      console.log(`  + ${String(fake[at]).slice(0, 1000)}`);
      return;
    }
  }
}

async function versionOf(binary) {
  const child = spawn(binary, ['-version'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  const [, found] = /version (\d+\.\d+)/.exec(text) ?? [];
  if (found === undefined) throw new Error(`${binary} -version says: ${text}`);
  return found;
}
