import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { FAKE_QEMU, scratch } from './support/fake-qemu.ts';

/** A copy of the command as it is published, which no start has left anything beside. */
function copyOfCommand(): { folder: string; command: string } {
  const built = dirname(FAKE_QEMU);
  const folder = join(scratch(), 'dist');
  mkdirSync(folder);
  for (const file of readdirSync(built)) {
    if (/^fake-qemu\..*cjs$/.test(file)) cpSync(join(built, file), join(folder, file));
  }
  symlinkSync(join(built, '../data'), join(folder, '../data'));
  return { folder, command: join(folder, 'fake-qemu.cjs') };
}

const cachesIn = (folder: string): string[] => readdirSync(folder).filter((file) => file.includes('.cache'));

const SESSION = '{"execute": "qmp_capabilities"}{"execute": "quit"}';

/** Runs it until it ends, by a command that it gets when it has greeted; gives what it printed. */
async function run(command: string, args: readonly string[] = ['-qmp', 'stdio']): Promise<string> {
  const child = spawn(process.execPath, [command, '-machine', 'none', '-display', 'none', ...args]);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stdout.once('data', () => child.stdin.end(SESSION));
  child.stdin.on('error', () => {});
  expect(await once(child, 'close')).toEqual([0, null]);
  return printed;
}

test('a start leaves its compiled code beside the program, and the next one uses it', async () => {
  const { folder, command } = copyOfCommand();
  expect(await run(command)).toContain('"SHUTDOWN"');
  const [cache = '', ...others] = cachesIn(folder);
  expect(cache).toMatch(/^fake-qemu\.[0-9a-f]{16}-v\d.*\.cache$/);
  expect(others).toEqual([]);
  const kept = readFileSync(join(folder, cache));
  expect(await run(command)).toContain('"SHUTDOWN"');
  expect(readFileSync(join(folder, cache)).equals(kept)).toBe(true);
});

test('what only prints leaves nothing', async () => {
  const { folder, command } = copyOfCommand();
  expect(await run(command, ['-version'])).toContain('QEMU emulator');
  expect(cachesIn(folder)).toEqual([]);
});

test('a file that is no code of this Node is replaced', async () => {
  const { folder, command } = copyOfCommand();
  await run(command);
  const [cache = ''] = cachesIn(folder);
  writeFileSync(join(folder, cache), 'not code');
  expect(await run(command)).toContain('"SHUTDOWN"');
  expect(readFileSync(join(folder, cache)).length).toBeGreaterThan(1000);
});

test.skipIf(process.getuid?.() === 0)('it starts where nobody may write', async () => {
  const { folder, command } = copyOfCommand();
  chmodSync(folder, 0o555);
  try {
    expect(await run(command)).toContain('"SHUTDOWN"');
    expect(cachesIn(folder)).toEqual([]);
  } finally {
    chmodSync(folder, 0o755);
  }
});
