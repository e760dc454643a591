import { describe, expect } from 'vitest';
import { test } from '../src/index.ts';
import { needQemu } from './support/real-qemu.ts';

/** Replies in which one machine can be told from another. */
const QUERIES = [
  'query-name',
  'query-status',
  'query-uuid',
  'query-chardev',
  'query-memory-size-summary',
  'query-current-machine',
] as const;

describe('qemuOptions mean the same machine on the mock and on QEMU', () => {
  needQemu();
  test.override({ mockOptions: { qemu: 'installed' } });

  const cases: readonly (readonly [string, object])[] = [
    ['none', {}],
    ['a board', { args: ['-machine', 'q35', '-m', '256M', '-smp', '2', '-name', 'web'], paused: true }],
    [
      'own defaults',
      { defaultArgs: ['-machine', 'none', '-display', 'none', '-nodefaults', '-name', 'own'] },
    ],
  ];

  for (const [what, qemuOptions] of cases) {
    test(what, async ({ launch }) => {
      const seen = [];
      for (const backend of ['mock', 'qemu'] as const) {
        const { qmp } = await launch({ backend, qemuOptions, transport: 'fd' });
        const replies: Record<string, unknown> = {};
        for (const query of QUERIES) replies[query] = await qmp.untyped.execute(query).catch(String);
        seen.push(replies);
      }
      expect(seen[0]).toEqual(seen[1]);
    });
  }

  test('without a guest a device leaves at a reset', async ({ launch }) => {
    const qemuOptions = { args: ['-machine', 'pc', '-device', 'virtio-rng-pci,id=rng0'], paused: true };
    const seen = [];
    for (const backend of ['mock', 'qemu'] as const) {
      const { qmp } = await launch({ backend, qemuOptions, mockOptions: { guest: 'none' }, transport: 'fd' });
      await qmp.execute('device_del', { id: 'rng0' });
      const refused = await qmp.execute('device_del', { id: 'rng0' }).catch(String);
      const deleted = [];
      await qmp.execute('system_reset');
      for (let part = 0; part < 2; part++) deleted.push((await qmp.waitForEvent('DEVICE_DELETED')).data);
      seen.push({ refused, deleted, absent: await qmp.execute('device_del', { id: 'rng0' }).catch(String) });
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).toMatchObject({ deleted: [{}, { device: 'rng0' }] });
  });
});
