import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { QMP_MOCK, scratch, start } from '../../test/support/fake-qemu.ts';

/** Makes a program that says that it is a QEMU, and then does as the script says. */
function impostor(folder: string, script: string): string {
  const file = join(folder, 'qemu');
  const banner = 'QEMU emulator version 8.2.2 (of a test)';
  writeFileSync(file, `#!/bin/sh\nif [ "$1" = --version ]; then echo '${banner}'; exit; fi\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Leftovers of `learn` in the temporary directory, and processes of an impostor. */
const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('qmp-learn-'));

const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 2, "minor": 2, "major": 8}, "package": ""}, "capabilities": []}}';
/** Answers by lines: the capabilities, then what it is asked. */
const answers = (...lines: readonly string[]): string =>
  [GREETING, '{"return": {}}', ...lines].map((line) => `printf '%s\\r\\n' '${line}' >&3`).join('\n');

describe('learn', { timeout: 120_000 }, () => {
  test.each([
    ['not a QEMU', 'exit 3', ['--timeout', '20'], /gave|ended \(exit code 3\)/],
    ['crashes', 'kill -SEGV $$', [], /QEMU 8\.2 ended \(SIGSEGV\)[^]*It was started as .*qemu -machine none/],
    ['hangs', 'echo $$ > pid; sleep 600', ['--timeout', '0.5'], /nothing came for 500 ms/],
    ['says nonsense', "printf 'nonsense\\r\\n' >&3; sleep 600", ['--timeout', '5'], /nonsense/],
    [
      'emulates another processor',
      `${answers('{"return": {"arch": "riscv64"}}')}\nsleep 600`,
      ['--timeout', '5'],
      /emulates riscv64: the machine of the mock is a PC/,
    ],
    [
      'ends in the middle',
      answers('{"return": {"arch": "x86_64"}}'),
      ['--timeout', '5'],
      /the connection has ended/,
    ],
  ])('from a program that %s: says so, and leaves nothing behind', async (_, script, options, message) => {
    const folder = scratch();
    const before = leftovers();
    const file = impostor(folder, script);
    const { code, stderr } = await start(QMP_MOCK, ['learn', ...options, '--', file], { cwd: folder }).ended;
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).toBe(1);
    expect(readdirSync(folder).toSorted()).toEqual(
      existsSync(join(folder, 'pid')) ? ['pid', 'qemu'] : ['qemu'],
    );
    expect(leftovers()).toEqual(before);
  });

  test('ends what a script has started, too', async () => {
    const folder = scratch();
    const file = impostor(folder, 'sleep 600 & echo $! > pid; wait');
    await start(QMP_MOCK, ['learn', '--timeout', '0.5', '--', file], { cwd: folder }).ended;
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await expect.poll(() => runs(pid)).toBe(false);
  });

  test.each([
    [['learn'], 2, /learn takes one QEMU/],
    [['learn', 'a', 'b'], 2, /learn takes one QEMU/],
    [['learn', '--timeout', 'soon', 'a'], 2, /--timeout soon: seconds/],
    [['learn', 'no-such-qemu'], 1, /There is no no-such-qemu on PATH/],
    [['learn', './no-such-qemu'], 1, /no-such-qemu is not a QEMU system emulator.*ENOENT/],
    [['learn', '/bin/true'], 1, /\/bin\/true is not a QEMU system emulator/],
  ])('a wrong command line: %j', async (args, status, message) => {
    const { code, stderr } = await start(QMP_MOCK, args).ended;
    expect(stderr).toMatch(message);
    expect(code).toBe(status);
  });
});

/** Whether a process runs; one that has ended and that nobody has asked about yet does not. */
function runs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
}
