import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listen, negotiate, QMP_MOCK, scratch, start, within } from '../../../test/support/fake-qemu.ts';
import { NEWEST, OLDEST } from '../../../test/support/versions.ts';
import { NOWHERE } from '../../../test/support/nowhere.ts';

/** Starts the command and waits for the line that says if it listens. */
async function serve(args: readonly string[]): Promise<{ program: ReturnType<typeof start>; line: string }> {
  const program = start(QMP_MOCK, args);
  const line = await within(
    'the address',
    new Promise<string>((resolve) => {
      let text = '';
      program.child.stdout!.on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
      });
    }),
  );
  return { program, line };
}

describe('qmp-mock', { timeout: 120_000 }, () => {
  it('serves a script, and ends with the machine', async () => {
    const folder = scratch();
    const script = join(folder, 'script.mjs');
    writeFileSync(script, `export default (mock) => { mock.handle('query-name', { name: 'scripted' }); };`);
    const path = join(folder, 'q.sock');
    const { program, line } = await serve(['--listen', `unix:${path}`, '--qemu', NEWEST, '--script', script]);
    expect(line).toBe(`unix:${path}`);
    const monitor = await negotiate(connect({ path }));
    expect(await monitor.send('query-name')).toEqual(['{"return": {"name": "scripted"}}']);
    expect((await monitor.send('quit')).at(-1)).toBe('{"return": {}}');
    monitor.stream.destroy();
    expect((await program.ended).code).toBe(0);
  });

  it('serves a TCP port that the system chooses', async () => {
    const { program, line } = await serve(['--listen', '127.0.0.1:0', '--', '-S', '-name', 'vm']);
    const port = Number(/^127\.0\.0\.1:(\d+)$/.exec(line)?.[1]);
    const monitor = await negotiate(connect({ port, host: '127.0.0.1' }));
    expect(await monitor.send('query-name')).toEqual(['{"return": {"name": "vm"}}']);
    program.child.kill('SIGTERM');
    expect(await monitor.next()).toContain('"host-signal"');
    monitor.stream.destroy();
    expect((await program.ended).code).toBe(0);
  });

  it('dials a client that listens', async () => {
    const path = join(scratch(), 'q');
    const { accept } = await listen(path);
    start(QMP_MOCK, ['--dial', `unix:${path}`, '--qemu', OLDEST]);
    const monitor = await negotiate(await accept());
    expect((await monitor.send('query-status'))[0]).toContain('"status": "running"');
  });

  it('reports what the script expected in vain', async () => {
    const folder = scratch();
    const script = join(folder, 'script.mjs');
    writeFileSync(script, `export const script = (mock) => { mock.expect('eject'); };`);
    const path = join(folder, 'q');
    const { program } = await serve(['--listen', path, '--script', script, '--verify']);
    const monitor = await negotiate(connect({ path }));
    await monitor.send('quit');
    monitor.stream.destroy();
    const { code, stderr } = await program.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('eject');
  });

  it('says what is wrong with its command line', async () => {
    const folder = scratch();
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, 'export const other = 1;');
    const cases: readonly (readonly [string[], number, RegExp])[] = [
      [[], 2, /--listen ADDRESS/],
      [['--nonsense'], 2, /Unknown option '--nonsense'/],
      [
        ['--listen', '/x', '--qemu', '1.0'],
        2,
        /--qemu 1\.0: Expected `qemu` to be .*, got "1\.0"\. .*qmp-mock learn/,
      ],
      [['--listen', '/x', '--not-modelled', 'maybe'], 2, /choose error or empty/],
      [['--listen', `${NOWHERE}/x`], 1, /Cannot listen on unix:.*\/qmp-nowhere-.*\/x/],
      [['--listen', '/x', '--script', empty], 1, /exports neither a default function nor/],
    ];
    for (const [args, status, text] of cases) {
      const { code, stderr } = await start(QMP_MOCK, args).ended;
      expect.soft({ code, stderr }).toEqual({ code: status, stderr: expect.stringMatching(text) });
    }
    const help = await start(QMP_MOCK, ['--help']).ended;
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--script FILE') });
    expect((await start(QMP_MOCK, ['--version']).ended).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });
});
