import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { QmpClient } from 'qmp-core';
import { describe, vi } from 'vitest';
import { expect, test as base } from '../../index.ts';

vi.setConfig({ testTimeout: 60_000 });

const PROGRAM = 'qemu-system-x86_64';

const test = base.extend<{ start: (...args: string[]) => ChildProcess; at: (name: string) => string }>({
  start: async ({ fakeQemu }, use) => {
    await use((...args) => spawn(PROGRAM, args, { env: fakeQemu.env, cwd: fakeQemu.directory }));
  },
  at: async ({ fakeQemu }, use) => use((name) => join(fakeQemu.directory, name)),
});

/** The program that a process runs. */
function programOf({ pid }: { readonly pid?: number | undefined }): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]!;
}

describe.runIf(process.platform === 'linux')('a QEMU that a link stands for', () => {
  test('knows every word, variable and folder that it was started with', async ({ fakeQemu, at }) => {
    const words = ['-name', `a b\n"c" 'd' $HOME \`e\` \\ ü ${'long '.repeat(2000)}`, '-uuid', ''];
    const env = { ...fakeQemu.env, ODD: 'x\ny', 'no.name': '1' };
    const child = spawn(PROGRAM, ['-qmp', 'unix:qmp,server=on,wait=off', ...words.slice(0, 2)], {
      env,
      cwd: fakeQemu.directory,
    });
    const vm = await fakeQemu.next();
    expect(programOf(child)).toBe('/bin/sh');
    expect(vm.argv.slice(2)).toEqual(words.slice(0, 2));
    expect(vm.env).toMatchObject({ ODD: 'x\ny', 'no.name': '1' });
    expect(vm.cwd).toBe(fakeQemu.directory);
    expect(vm.pid).toBe(child.pid);
    await vm.opened;
    expect(existsSync(at('qmp'))).toBe(true);
  });

  test('says what it is told to say, byte for byte', async ({ fakeQemu, start }) => {
    const child = start();
    const vm = await fakeQemu.next();
    const said = Promise.all([text(child.stdout!), text(child.stderr!)]);
    const words = `%s \\n \\0 'a' "b" $c \t ü\n${'x'.repeat(100_000)}\n-n`;
    vm.stdout(words);
    vm.stderr(words);
    await vm.exit(42);
    expect(await said).toEqual([words, words]);
  });

  test('leaves its sockets and its pid file when it is killed', async ({ fakeQemu, start, at }) => {
    const child = start('-qmp', 'unix:qmp,server=on,wait=off', '-pidfile', 'pid');
    const vm = await fakeQemu.next();
    await vm.opened;
    const client = await QmpClient.connect(at('qmp'));
    child.kill('SIGKILL');
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    await vm.exited;
    await client.closed;
    expect(existsSync(at('qmp'))).toBe(true);
    expect(existsSync(at('pid'))).toBe(true);
    await expect(QmpClient.connect(at('qmp'), { timeout: 1000 })).rejects.toThrow('ECONNREFUSED');
  });

  test('ends though somebody keeps its standard input open', async ({ fakeQemu, start }) => {
    const child = start();
    const vm = await fakeQemu.next();
    const keeper = spawn('sleep', ['600'], { stdio: [child.stdin!, 'ignore', 'ignore'] });
    await vm.exit(0);
    expect(keeper.exitCode).toBeNull();
    keeper.kill();
  });

  test.for([
    ['the standard streams', ['-qmp', 'stdio']],
    ['a descriptor', ['-chardev', 'socket,id=c,fd=3', '-mon', 'c,mode=control']],
  ] as const)('is a process of Node if it has to have %s', async ([, args], { fakeQemu }) => {
    const child = spawn(PROGRAM, args, { env: fakeQemu.env, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    await fakeQemu.next();
    expect(programOf(child)).toContain('node');
  });

  test('is a process of Node, too, while the test is blocked', ({ fakeQemu }) => {
    const { status, stderr } = spawnSync(PROGRAM, ['-bogus'], { env: fakeQemu.env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, `${PROGRAM}: -bogus: invalid option\n`]);
    expect(fakeQemu.refused).toMatchObject([{ stderr }]);
  });

  test('opens images from where it was started', async ({ fakeQemu, start, at }) => {
    writeFileSync(at('disk.raw'), Buffer.alloc(1 << 20));
    start('-machine', 'none', '-qmp', 'unix:qmp,server=on,wait=off');
    await (
      await fakeQemu.next()
    ).opened;
    await using client = await QmpClient.connect(at('qmp'));
    const file = { driver: 'file', filename: 'disk.raw' } as const;
    await client.execute('blockdev-add', { driver: 'raw', 'node-name': 'disk', file });
    const [node] = await client.execute('query-named-block-nodes', { flat: true });
    expect(node?.image['virtual-size']).toBe(1 << 20);
  });

  test('may be one of many', async ({ fakeQemu, start, at }) => {
    const names = Array.from({ length: 30 }, (_, number) => `vm${number}`);
    for (const name of names) start('-name', name, '-qmp', `unix:${name},server=on,wait=off`);
    const machines = await Promise.all(names.map((name) => fakeQemu.next({ name })));
    await Promise.all(machines.map((vm) => vm.opened));
    for (const name of names) {
      await using client = await QmpClient.connect(at(name));
      expect(await client.execute('query-name')).toEqual({ name });
    }
  });
});
