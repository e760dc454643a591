import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base, type FakeQemuProcess } from 'qmp-vitest';
import { describe, vi } from 'vitest';
import { connectMonitor, type ConnectMonitor } from '../src/monitor.ts';
import { RawMonitor } from '../src/raw-monitor.ts';
import { createDisk, Vm, type VmOptions } from '../src/vm.ts';
import type { Disk, VmSpec } from '../src/vm-spec.ts';

// One suite, whatever is behind the manager: `npx vitest run`, with QMP_BACKEND=qemu, record or replay.
vi.setConfig({ testTimeout: 60_000 });

interface Fixtures {
  /** The client that the manager uses. */
  connect: ConnectMonitor;
  options: VmOptions;
  disk: (name: string) => Promise<Disk>;
  /** Starts a machine; gives it, and what it is in the test. */
  start: (spec?: Partial<VmSpec>) => Promise<{ machine: Vm; vm: FakeQemuProcess }>;
}

const test = base.extend<Fixtures>({
  connect: async ({ task: _task }, use) => use(connectMonitor),
  options: async ({ fakeQemu, connect }, use) => {
    const directory = mkdtempSync(join(tmpdir(), 'vm-'));
    await use({ directory, connect, env: fakeQemu.env });
    rmSync(directory, { recursive: true });
  },
  disk: async ({ options }, use) => {
    await use(async (name) => {
      const disk: Disk = { name, file: join(options.directory, name), format: 'raw' };
      await createDisk(disk, '16M', options.env);
      return disk;
    });
  },
  start: async ({ fakeQemu, options }, use) => {
    await use(async (spec = {}) => {
      const nics = [{ name: 'lan', mac: '52:54:00:12:34:56' }];
      const [machine, vm] = await Promise.all([
        Vm.start({ name: 'web', memory: 128, cpus: 2, disks: [], nics, ...spec }, options),
        fakeQemu.next(),
      ]);
      return { machine, vm };
    });
  },
});

describe.each([
  ['qmp-core', connectMonitor],
  ['a socket of its own', RawMonitor.connect],
] as const)('a machine that is managed by %s', (_, connect) => {
  test.override({ connect: async ({ task: _task }, use) => use(connect) });

  test('runs, pauses and goes on', async ({ start }) => {
    const { machine, vm } = await start();
    expect(await machine.status()).toBe('running');
    await machine.pause();
    expect(await machine.status()).toBe('paused');
    await machine.resume();
    expect(await machine.status()).toBe('running');
    expect(vm.option('-name')).toBe('guest=web');
    expect(vm).toHaveReceivedCommands(['stop', 'cont']);
  });

  test('starts with a disk, and gets and gives up another', async ({ start, disk }) => {
    const { machine } = await start({ disks: [await disk('system')] });
    const data = await disk('data');
    await machine.plugDisk(data);
    await expect(machine.plugDisk(data)).rejects.toThrow(/[Dd]uplicate|node-data/);
    await machine.unplugDisk('data');
    await machine.plugDisk(data);
    expect(machine.spec.disks.map(({ name }) => name)).toEqual(['system', 'data']);
  });

  test('loses and gets back its network', async ({ start }) => {
    const { machine, vm } = await start();
    await machine.setLink('lan', false);
    await machine.setLink('lan', true);
    await expect(machine.setLink('wan', true)).rejects.toThrow("Device 'nic-wan' not found");
    expect(vm).toHaveReceivedCommand('set_link', { name: 'nic-lan', up: false });
  });

  test('is asked for memory', async ({ start }) => {
    const { machine } = await start();
    expect(await machine.memory()).toBe(128);
    await machine.requestMemory(64);
    await expect(machine.requestMemory(0)).rejects.toThrow('expects a size');
  });

  test('lets somebody in over VNC', async ({ start }) => {
    const { machine, vm } = await start();
    const socket = await machine.allowVnc('secret', 60);
    expect(vm.option('-vnc')).toBe(`unix:${socket},password=on`);
  });

  test('is reset', async ({ start }) => {
    const { machine } = await start();
    await machine.restart();
    expect(await machine.status()).toBe('running');
  });

  test('goes on without its manager, and is met again', async ({ start, options }) => {
    const { machine } = await start();
    await machine.pause();
    await machine.leave();

    const again = await Vm.attach(options);
    expect(again.spec).toEqual(machine.spec);
    expect(await again.status()).toBe('paused');
    await again.powerOff(200);
    await expect(Vm.attach(options)).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  });

  test('is ended, whatever its guest does', async ({ start }) => {
    const { machine, vm } = await start();
    expect(['by its guest', 'by quit']).toContain(await machine.powerOff(500));
    await vm.exited;
  });
});

test('a machine that QEMU refuses is told of in its words', async ({ options, disk }) => {
  const gone = { ...(await disk('gone')), file: join(options.directory, 'missing') };
  const spec: VmSpec = { name: 'web', memory: 128, cpus: 1, disks: [gone], nics: [] };
  await expect(Vm.start(spec, options)).rejects.toThrow(/exit code 1.*missing.*No such file or directory/);
});

test('a screen is a picture', async ({ start }) => {
  const { machine } = await start();
  const picture = await machine.screenshot();
  expect(picture.toString('latin1', 0, 2)).toBe('P6');
});

describe('a drive', () => {
  test('has a medium, and another', async ({ start, options, disk }) => {
    const { machine } = await start();
    const { file } = await disk('first.iso');
    writeFileSync(join(options.directory, 'second.iso'), Buffer.alloc(1 << 20));
    await machine.insertMedium(file);
    await machine.insertMedium(join(options.directory, 'second.iso'));
    await machine.ejectMedium();
    await expect(machine.insertMedium('/nowhere.iso')).rejects.toThrow('No such file or directory');
  });
});

describe('a guest, of which only a mock has one', () => {
  test.override('qmpBackend', 'mock');

  test.for([
    ['at-once', 'by its guest'],
    ['never', 'by quit'],
  ] as const)('that powers off %s is ended %s', async ([consents, rung], { start }) => {
    const { machine, vm } = await start();
    vm.machine.guest.consents = consents;
    expect(await machine.powerOff(500)).toBe(rung);
    await vm.exited;
  });

  test('and a QEMU that does not even quit', async ({ start }) => {
    const { machine, vm } = await start();
    vm.machine.guest.consents = 'never';
    vm.mock.handle('quit', () => new Promise(() => {}));
    expect(await machine.powerOff(200)).toBe('by force');
    await vm.exited;
    expect(vm.exitDescription).toBe('ended from outside, such as by SIGKILL');
  });
});
