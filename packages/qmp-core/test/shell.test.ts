import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { MockQmp } from 'qmp-mock';
import { describe, expect, onTestFinished, test } from 'vitest';
import { QmpClient } from '../src/index.ts';
import { temporaryDirectory } from './support/temporary.ts';

const COMMAND = fileURLToPath(new URL('../dist/qmp-core.js', import.meta.url));

/** How long anything may take, in ms, on a machine that is busy with other things. */
const DEADLINE = 60_000;

/** How a program is run on a pseudo-terminal: `script` of util-linux. */
const hasTerminal = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

/** Text without what moves a cursor or colours it. */
// oxlint-disable-next-line no-control-regex -- they are what it is for
const plain = (text: string): string => text.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '');

/** A program that somebody types at. */
class Typist {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  #output = '';
  #seen = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(command: readonly string[]) {
    const line = command.map((word) => `'${word}'`).join(' ');
    this.child = spawn('script', ['-qec', line, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void this.child.kill('SIGKILL'));
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString();
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code) => {
        resolve(code);
        for (const wake of this.#waiting.splice(0)) wake();
      });
    });
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Waits until the screen has shown something since the last wait. */
  async sees(expected: RegExp): Promise<string> {
    for (;;) {
      const shown = plain(this.#output.slice(this.#seen));
      if (expected.test(shown)) {
        this.#seen = this.#output.length;
        return shown;
      }
      if (this.child.exitCode !== null) expect.unreachable(`it ended, and showed ${shown}`);
      const isLate = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), DEADLINE);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve(false);
        });
      });
      if (isLate) expect.unreachable(`waited for ${expected}, saw ${JSON.stringify(shown)}`);
    }
  }
}

async function monitor(): Promise<{ mock: MockQmp; path: string }> {
  const path = join(temporaryDirectory(), 'qmp');
  const mock = new MockQmp();
  onTestFinished(() => mock.close());
  await mock.listen(path);
  return { mock, path };
}

describe.skipIf(!hasTerminal)('the shell at a terminal', { timeout: 120_000 }, () => {
  test('completes, shows an event while somebody types, asks before quit, and leaves', async () => {
    const { mock, path } = await monitor();
    const history = join(temporaryDirectory(), 'history');
    const typist = new Typist([process.execPath, COMMAND, 'shell', '--history', history, path]);
    await typist.sees(/^QEMU \d[^]*\(qmp\) $/);

    typist.type('query-sta');
    await typist.sees(/query-sta$/);
    typist.type('\t');
    await typist.sees(/t$/);
    typist.type('\t');
    await typist.sees(/query-stats\s+query-stats-schemas\s+query-status/);

    mock.emit('RTC_CHANGE', { offset: 7, 'qom-path': '/rtc' });
    await typist.sees(/RTC_CHANGE \{ "offset": 7[^]*query-stat/);
    typist.type('us\r');
    await typist.sees(/\{ "status": "running", "running": true \}[^]*\(qmp\) $/);

    typist.type('change-vnc-password password=hunter2\r');
    await typist.sees(/\n(?:\w+: |\{\})[^]*\(qmp\) $/);
    typist.type('quit\r');
    await typist.sees(/Type quit again[^]*\(qmp\) $/);
    typist.type('.exit\r');
    expect(await typist.ended).toBe(0);
    const next = await QmpClient.connect(path);
    onTestFinished(() => next.close());
    expect(await next.execute('query-status')).toMatchObject({ running: true });

    expect(readFileSync(history, 'utf8')).toBe('query-status\n');
    expect(statSync(history).mode & 0o777).toBe(0o600);
  });

  test('ends with the machine, and says so', async () => {
    const { mock, path } = await monitor();
    const typist = new Typist([process.execPath, COMMAND, 'shell', path]);
    await typist.sees(/\(qmp\) $/);
    await mock.close();
    await typist.sees(/closed/);
    expect(await typist.ended).toBe(1);
  });
});

describe('qmp-core shell', () => {
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [COMMAND, 'shell', ...args], { encoding: 'utf8', input: '' });

  test.each<[string, string[], string]>([
    ['no address', [], 'Give one address, got 0'],
    ['two addresses', ['a', 'b'], 'Give one address, got 2'],
    ['an unknown option', ['--jsno', 'a'], "'--jsno'"],
    ['a timeout that is none', ['--timeout', 'soon', 'a'], '--timeout must be a number of ms above 0'],
    ['an address where nobody listens', ['/nonexistent/qmp.sock'], '/nonexistent/qmp.sock'],
  ])('refuses %s in a sentence', (_, args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect(stderr).toMatch(/^qmp-core: /);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  test('does not write its history through a link', async () => {
    const folder = temporaryDirectory();
    const target = join(folder, 'precious');
    writeFileSync(target, 'precious\n');
    symlinkSync(target, join(folder, 'link'));
    const { History } = await import('../src/shell/history.ts');
    const history = new History(join(folder, 'link'));
    history.add('stop', { execute: 'stop' });
    expect(() => history.save()).toThrow(/ELOOP/);
    expect(readFileSync(target, 'utf8')).toBe('precious\n');
    expect(existsSync(join(folder, 'link'))).toBe(true);
  });
});
