import { describe } from 'vitest';
import { expect, requireQemu, test } from 'qmp-vitest';

describe('a QEMU of the far future', () => {
  requireQemu('>=999');

  test('needs it', async ({ qemu }) => {
    expect(qemu).toBeUndefined();
  });
});

describe('any QEMU', () => {
  requireQemu({ version: '>=1', machine: 'none' });

  test('needs any', async ({ qemu }) => {
    expect(qemu.pid).toBeGreaterThan(0);
  });
});

test('needs none', async ({ qmp }) => {
  await qmp.execute('query-status');
});
