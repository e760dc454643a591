import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect } from 'vitest';
import { test, withQmp } from 'qmp-vitest';
import { OLDEST } from '../../support/versions.ts';

const used = new Map<string, string>();

for (const transport of ['accept', 'connect'] as const) {
  describe(transport, () => {
    test.override('qmpTransport', transport);

    test.for([1, 2])('shares %i', { concurrent: true }, async (_, { mock, qmp, task }) => {
      const { path } = (await mock.listen()) as { path: string };
      expect(existsSync(path)).toBe(true);
      used.set(`${transport} ${task.name}`, path);
      await qmp.execute('stop');
    });
  });
}

test('fails', async ({ mock, qmp }) => {
  mock.expect('cont');
  await qmp.execute('stop');
});

describe('where fixtures are added in a suite', () => {
  const inner = withQmp(test, { mockOptions: { qemu: OLDEST } });

  inner('has its own', async ({ mock, qmp }) => {
    const { path } = (await mock.listen()) as { path: string };
    used.set('own', path);
    await qmp.execute('stop');
  });
});

test('tells', ({ task }) => {
  Object.assign(task.meta, {
    folders: [...used.values()].map((path) => dirname(path)),
    sockets: [...used.values()].map((path) => existsSync(path)),
  });
});
