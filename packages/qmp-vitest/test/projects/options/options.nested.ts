import { describe, test as base } from 'vitest';
import { test, withQmp } from 'qmp-vitest';
import { NEWEST } from '../../support/versions.ts';

declare module 'vitest' {
  interface TaskMeta {
    seen?: unknown;
  }
}

test('as provided', async ({ task, qmpBackend, qmpTransport, mock, qmp }) => {
  task.meta.seen = {
    qmpBackend,
    qmpTransport,
    listening: mock.connections.length,
    version: qmp.greeting?.QMP.version.qemu,
  };
});

describe('overridden', () => {
  test.override({ qmpTransport: 'accept', mockOptions: { args: ['-name', 'mine'] } });

  test('in a suite', async ({ task, qmpTransport, qmp }) => {
    const { name } = await qmp.execute('query-name');
    task.meta.seen = { qmpTransport, name, major: qmp.greeting?.QMP.version.qemu.major };
  });
});

const own = withQmp(base, {
  qmpTransport: 'accept',
  mockOptions: { qemu: NEWEST, args: ['-name', 'from code'] },
});

own('below what is provided', async ({ task, qmpTransport, qmp }) => {
  const { name } = await qmp.execute('query-name');
  task.meta.seen = { qmpTransport, name, major: qmp.greeting?.QMP.version.qemu.major };
});

test('which backend', async ({ task, qmpBackend }) => {
  task.meta.seen = qmpBackend;
});
