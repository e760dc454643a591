import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { needQemu } from '../support/real-qemu.ts';

// A part of the leak matrix, with the builds of the packages: the endings that no teardown sees, and one that
// proves that the matrix can see what is left. `pnpm leaks` runs all of it.

const run = promisify(execFile);
const tools = fileURLToPath(new URL('../../../../tools/dist/main.js', import.meta.url));

interface Result {
  readonly pool: string;
  readonly ending: string;
  readonly ran: boolean;
  readonly clean: boolean;
  readonly machines: number;
  readonly qemu: number;
  readonly sockets: number;
  readonly directories: number;
}

async function runMatrix(...args: readonly string[]): Promise<Result[]> {
  const { stdout } = await run(process.execPath, [tools, 'leaks', '--json', '--at-once', '3', ...args], {
    maxBuffer: 2 ** 24,
  });
  return JSON.parse(stdout) as Result[];
}

describe.skipIf(process.platform !== 'linux')('what a run leaves behind', { timeout: 240_000 }, () => {
  needQemu();

  test('nothing after kill -9 of a worker or of Vitest, in forks and threads', async () => {
    const results = await runMatrix('--cells', 'kill-worker,kill-main');
    expect(results.map(({ pool, ending }) => `${pool} ${ending}`)).toEqual([
      'forks kill-worker',
      'forks kill-main',
      'threads kill-main',
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ ran: true, clean: true, qemu: 0, sockets: 0, directories: 0 });
      expect(result.machines).toBeGreaterThan(0);
    }
  });

  test('nothing, the worker included, when Vitest or a worker is ended while a test spins', async () => {
    const signals = ['sigint-main', 'sigterm-main', 'sigkill-main', 'sigkill-worker'];
    const results = await runMatrix('--cells', signals.map((name) => `spin-${name}`).join(','));
    expect(results).toHaveLength(7);
    for (const result of results) expect(result).toMatchObject({ ran: true, clean: true });
  });

  test('nothing, the worker included, when a test does not notice that its machines are gone', async () => {
    const results = await runMatrix('--cells', 'deaf-sigint,deaf-sigterm,deaf-sigkill');
    expect(results).toHaveLength(6);
    for (const result of results) expect(result).toMatchObject({ ran: true, clean: true });
  });

  test('no stand-in for QEMU that the code under test spawned, either', async () => {
    const endings = ['kill-worker', 'kill-main', 'blocked-kill-worker', 'blocked-kill-main'];
    const results = await runMatrix('--cells', endings.map((name) => `fake-${name}`).join(','));
    expect(results).toHaveLength(6);
    for (const result of results) expect(result).toMatchObject({ ran: true, clean: true, machines: 1 });
  });

  test('no QEMU that the code under test spawned, either', async () => {
    const endings = ['pass', 'kill-worker', 'kill-main', 'blocked-kill-worker'];
    const results = await runMatrix('--cells', endings.map((name) => `spawned-${name}`).join(','));
    expect(results).toHaveLength(6);
    for (const result of results) expect(result).toMatchObject({ ran: true, clean: true });
  });

  test('the count sees what a launcher leaves that gives nothing back', async () => {
    const [result] = await runMatrix('--pools', 'forks', '--cells', 'kill-worker', '--launcher', 'none');
    expect(result).toMatchObject({ ran: true, clean: false, qemu: 1, sockets: 1, directories: 1 });
    const [fake] = await runMatrix('--pools', 'forks', '--cells', 'fake-kill-main', '--launcher', 'none');
    expect(fake).toMatchObject({ ran: true, clean: false, qemu: 1, sockets: 1, directories: 1 });
  });
});
