import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, vi } from 'vitest';
import { expect, test as base } from '../index.ts';
import { FakeQemu } from './fake-qemu.ts';
import { qemuCommand } from './qemu-command.ts';
import { describeFilter, isMeant, type StartFilter } from './start-filter.ts';

/** The code under test: something that starts QEMU. */
const test = base.extend<{ start: (...args: string[]) => ChildProcess }>({
  start: async ({ fakeQemu }, use) => {
    await use((...args) =>
      spawn('qemu-system-x86_64', args, { env: fakeQemu.env, cwd: fakeQemu.directory, stdio: 'ignore' }),
    );
  },
});

// Each test starts a Node; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

describe('a filter', () => {
  const line = [
    '-name',
    'guest=web,,1,process=vm',
    '-m',
    '512M',
    '-S',
    '-device',
    'VGA',
    '--device',
    'e1000,id=n',
  ];
  const rows: readonly (readonly [filter: StartFilter, isMeant: boolean, text: string])[] = [
    [{}, true, ' with '],
    [{ name: 'web,1' }, true, ' with -name web,1'],
    [{ name: 'web' }, false, ' with -name web'],
    [{ name: /^web/, m: '512M' }, true, ' with -name /^web/ -m 512M'],
    [{ m: '512' }, false, ' with -m 512'],
    [{ S: true }, true, ' with -S'],
    [{ incoming: true }, false, ' with -incoming'],
    [{ device: 'VGA' }, true, ' with -device VGA'],
    [{ device: /id=n$/ }, true, ' with -device /id=n$/'],
    [{ device: 'e1000' }, false, ' with -device e1000'],
    [(vm) => vm.option('m') === '512M', true, ' that the filter is true of'],
    [(vm) => vm.argv.length === 0, false, ' that the filter is true of'],
  ];

  test.for(rows)('%o is met: %j', ([filter, meant, text]) => {
    expect(isMeant(filter, qemuCommand('qemu-system-x86_64', line))).toBe(meant);
    expect(describeFilter(filter)).toBe(text);
  });

  test.for([
    [['-name', 'web'], true],
    [['-name', 'web,debug-threads=on'], true],
    [['-name', 'debug-threads=on,guest=web'], true],
    [['-name', 'other'], false],
    [[], false],
  ] as const)('finds a guest called web in %j: %j', ([argv, found]) => {
    expect(isMeant({ name: 'web' }, qemuCommand('kvm', argv))).toBe(found);
  });
});

describe('of several machines', () => {
  test('each wait gets the one that it means, whichever starts first', async ({ fakeQemu, start }) => {
    const waits = [
      fakeQemu.next({ name: 'target' }, { mockOptions: { oob: false } }),
      fakeQemu.next((vm) => vm.option('-name') === 'source'),
    ];
    const children = ['source', 'target'].map((name) => start('-name', name));
    const [target, source] = await Promise.all(waits);
    expect([source!.pid, target!.pid]).toEqual(children.map(({ pid }) => pid));
    expect(fakeQemu.machines).toHaveLength(2);
  });

  test('those that nobody waited for are kept', async ({ fakeQemu, start }) => {
    for (const name of ['a', 'b', 'c']) {
      start('-name', name);
      await vi.waitUntil(() => fakeQemu.machines.at(-1)?.option('name') === name, {
        timeout: 50_000,
        interval: 20,
      });
    }
    const given = [await fakeQemu.next({ name: 'b' }), await fakeQemu.next(), await fakeQemu.next()];
    expect(given.map((vm) => vm.option('name'))).toEqual(['b', 'a', 'c']);
  });

  test('the others are told of if the right one does not come', async ({ fakeQemu, start }) => {
    start('-name', 'web');
    await vi.waitUntil(() => fakeQemu.machines.length > 0, { timeout: 50_000, interval: 20 });
    await expect(fakeQemu.next({ name: 'db' }, { timeout: 1 })).rejects.toThrow(
      'No QEMU with -name db was started within 1 ms. These were:\n  qemu-system-x86_64 -name web',
    );
  });

  test('a filter that throws ends its own wait', async ({ fakeQemu, start }) => {
    const broken = fakeQemu.next(() => {
      throw new Error('no such field');
    });
    const other = fakeQemu.next();
    const child = start('-name', 'web');
    await expect(broken).rejects.toThrow('no such field');
    expect((await other).pid).toBe(child.pid);
  });
});

describe('a start that is refused', () => {
  /** Far beyond the test's limit: what comes, comes at once. */
  const LONG = { timeout: 600_000 };

  test('ends a wait at once, with the words', async ({ fakeQemu, start }) => {
    const waiting = fakeQemu.next(undefined, LONG);
    start('-object', 'secret,id=s,data=hunter2', '-bogus');
    const error = await waiting.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'QemuLaunchError',
      code: 'QEMU_LAUNCH',
      exit: { code: 1, signal: null },
      stderr: 'qemu-system-x86_64: -bogus: invalid option\n',
    });
    expect((error as Error).message).toMatch(
      /refuses its command line:\n {2}qemu-system-x86_64 -object .* -bogus\n {2}qemu-system-x86_64: -bogus: invalid option$/,
    );
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
  });

  test('ends the wait that means it', async ({ fakeQemu, start }) => {
    const web = fakeQemu.next({ name: 'web' }, LONG);
    const db = fakeQemu.next({ name: 'db' }, LONG);
    start('-name', 'db', '-bogus');
    await expect(db).rejects.toThrow('-name db -bogus');
    const child = start('-name', 'web');
    expect((await web).pid).toBe(child.pid);
  });

  test('of an earlier time, or one that was to fail, ends none', async ({ fakeQemu, start }) => {
    await once(start('-bogus'), 'exit');
    const failure = fakeQemu.failNext();
    const waiting = fakeQemu.next(undefined, LONG);
    await once(start('-name', 'fails'), 'exit');
    expect(failure.happened).toBe(true);
    const child = start('-name', 'web');
    expect((await waiting).pid).toBe(child.pid);
  });
});

describe('a path that the code under test insists on', () => {
  test('may be that of the directory', async ({ fakeQemu }) => {
    const child = spawn(fakeQemu.program('qemu-kvm'), ['-name', 'web'], { stdio: 'ignore' });
    const vm = await fakeQemu.next();
    expect([vm.name, vm.pid]).toEqual(['qemu-kvm', child.pid]);
    expect(() => fakeQemu.program('qemu-img')).toThrow(
      /^There is no qemu-img in .*`fakeQemu.placeAt\(path\)`/,
    );
  });

  test('may be any other, until the test is over', async ({ fakeQemu: { directory } }) => {
    const folder = join(directory, 'another');
    mkdirSync(folder);
    const fake = await FakeQemu.open({ directory: folder, mockOptions: {}, patience: 50_000 });
    const path = fake.placeAt(join(directory, 'prefix', 'libexec', 'my-emulator'));
    const child = spawn(path, ['-name', 'web'], { stdio: 'ignore' });
    const vm = await fake.next();
    expect([vm.name, vm.pid]).toEqual(['my-emulator', child.pid]);
    await fake.close();
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('is left alone if something is there', ({ fakeQemu }) => {
    const path = join(fakeQemu.directory, 'mine');
    writeFileSync(path, '');
    expect(() => fakeQemu.placeAt(path)).toThrow(`There is something at ${path} already`);
    expect(existsSync(path)).toBe(true);
  });
});
