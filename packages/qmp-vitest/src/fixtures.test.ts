import { existsSync, rmSync } from 'node:fs';
import { QmpClient } from 'qmp-core';
import { afterAll, describe, test as base } from 'vitest';
import { describeBackends, expect, test, withQmp } from './index.ts';
import { needQemu } from '../test/support/real-qemu.ts';
import { learnedFolder, numbers, OLDEST } from '../test/support/versions.ts';

describe.each(['auto', 'accept', 'connect', 'fd'] as const)('transport %s', (transport) => {
  test.override('qmpTransport', transport);

  test('connects a client to a mock', async ({ qmp, mock }) => {
    await qmp.execute('stop');
    expect(mock).toHaveReceivedCommands(['stop'], { exact: true });
    await expect(qmp).toEmitEvent('STOP');
  });

  describe('with a QEMU', () => {
    needQemu();

    test('connects its client', async ({ qemu, qmp }) => {
      expect(qmp).toBe(qemu.client);
      expect(qemu.transport).toBe(transport === 'auto' ? 'accept' : transport);
      await qmp.execute('stop');
      await expect(qmp).toEmitEvent('STOP');
    });
  });
});

describe('a test pins its backend by what it asks for', () => {
  test.override('qmpBackend', 'qemu');

  test('the mock', async ({ qmpBackend, mock, qmp, launch }) => {
    expect(qmpBackend).toBe('qemu');
    await qmp.execute('query-name');
    expect(mock).toHaveReceivedCommand('query-name');
    expect(await launch({ name: 'another' })).toMatchObject({ backend: 'mock', name: 'another' });
  });
});

test('where `mock` listens by itself, that is in a place which the test gives back', async ({
  mock,
  qmp,
}) => {
  const one = (await mock.listen()) as { path: string };
  const two = (await mock.listen()) as { path: string };
  expect(one.path).not.toBe(two.path);
  await using client = await QmpClient.connect(one);
  expect(await client.execute('query-name')).toEqual(await qmp.execute('query-name'));
  listened.push(one.path, two.path);
  expect(listened.every((path) => existsSync(path))).toBe(true);
});

const listened: string[] = [];

afterAll(() => {
  expect(listened.filter((path) => existsSync(path))).toEqual([]);
});

test('a backend that is none is refused by its name', async ({ launch }) => {
  await expect(launch({ backend: 'kvm' as 'mock' })).rejects.toThrow(
    'Expected `qmpBackend` to be one of mock, qemu, record, replay, got "kvm"',
  );
});

test('`mock` alone has no client', async ({ mock }) => {
  expect(mock.connections).toHaveLength(0);
});

describe('hooks', () => {
  test.beforeEach(async ({ qmp }) => {
    await qmp.execute('stop');
  });

  test('see the machine of their test', async ({ qmp }) => {
    expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' });
  });
});

describe('aroundEach', () => {
  test.aroundEach(async (runTest, { qmp }) => {
    await qmp.execute('stop');
    await runTest();
    expect(qmp.connected).toBe(true);
    await qmp.execute('cont');
  });

  test('has the machine before and after', async ({ qmp }) => {
    expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' });
  });
});

describe('concurrent tests', () => {
  test.concurrent.for([1, 2, 3, 4])('have a machine each: %i', async (n, { mock, qmp, expect: local }) => {
    mock.handle('query-name', { name: `vm${n}` });
    local(await qmp.execute('query-name')).toEqual({ name: `vm${n}` });
    local(mock.received).toHaveLength(1);
  });
});

describe('launch', () => {
  test('numbers its machines, and stops one early', async ({ launch }) => {
    const [second, third] = await Promise.all([launch(), launch()]);
    expect([second.name, third.name]).toEqual(['vm2', 'vm3']);
    await second.stop();
    await second.qmp.closed;
    expect(second.qmp.connected).toBe(false);
    expect(third.qmp.connected).toBe(true);
  });

  test('lays options over those of the test', async ({ launch }) => {
    const old = await launch({ backend: 'mock', mockOptions: { qemu: OLDEST } });
    expect(old.qmp.greeting?.QMP.version.qemu).toMatchObject(numbers(OLDEST));
  });
});

describe('a folder that `qmp-mock learn` wrote', () => {
  const qemu = learnedFolder(OLDEST, { micro: 99 });
  afterAll(() => rmSync(qemu, { recursive: true }));
  test.override('mockOptions', { qemu });

  test('is the QEMU of the mock, and of each that is launched', async ({ qmp, mock, launch }) => {
    await qmp.execute('stop');
    expect(mock).toHaveReceivedCommand('stop');
    const other = await launch();
    for (const { greeting } of [qmp, other.qmp])
      expect(greeting?.QMP.version.qemu).toEqual({ ...numbers(OLDEST), micro: 99 });
  });
});

describe('withQmp', () => {
  const own = withQmp(
    base.extend('answer', () => 42),
    { mockOptions: { args: ['-name', 'mine'] } },
  );

  own('keeps what the test had', async ({ answer, qmp }) => {
    expect(answer).toBe(42);
    expect(await qmp.execute('query-name')).toEqual({ name: 'mine' });
  });

  const extended = own.extend<{ paused: boolean }>({
    paused: async ({ qmp }, use) => {
      await qmp.execute('stop');
      await use(true);
    },
  });

  extended('can be built upon', async ({ paused, qmp }) => {
    expect(paused).toBe(true);
    expect(await qmp.execute('query-status')).toMatchObject({ running: false });
  });
});

describe('one suite on several backends', () => {
  describeBackends(
    test,
    ['mock', { name: `mock of QEMU ${OLDEST}`, qmpBackend: 'mock', mockOptions: { qemu: OLDEST } }],
    (name) => {
      test('pauses', async ({ qmp, task }) => {
        await qmp.execute('stop');
        await expect(qmp).toEmitEvent('STOP');
        expect(task.suite?.name).toBe(name);
      });
    },
  );

  describe('with a QEMU', () => {
    needQemu();

    describeBackends(test, ['qemu'], () => {
      test('pauses', async ({ qmp, qmpBackend }) => {
        expect(qmpBackend).toBe('qemu');
        await qmp.execute('stop');
        await expect(qmp).toEmitEvent('STOP');
      });
    });
  });
});
