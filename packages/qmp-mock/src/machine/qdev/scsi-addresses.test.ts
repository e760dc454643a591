import { describe, expect, it } from 'vitest';
import { machineBench } from '../../../test/support/machine-bench.ts';
import { VERSIONS } from '../../../test/support/versions.ts';

type Place = Record<string, number>;

/** Answers of QEMU 7.2, 10.0 and 11.1 to devices that come one after another; `{}` for one that comes. */
const buses: readonly { controller: string; asks: readonly (readonly [Place, unknown])[] }[] = [
  {
    controller: 'virtio-scsi-pci',
    asks: [
      [{}, {}],
      [{ 'scsi-id': 0, lun: 0 }, "lun already used by 's0'"],
      [{ 'scsi-id': 1 }, {}],
      [{ 'scsi-id': 1 }, {}],
      [{ 'scsi-id': 1, lun: 1 }, "lun already used by 's3'"],
      [{}, {}],
      [{ 'scsi-id': 2, lun: 0 }, "lun already used by 's5'"],
      [{ lun: 3 }, {}],
      [{ 'scsi-id': 256 }, 'bad scsi device id: 256'],
      [{ lun: 16_384 }, 'bad scsi device lun: 16384'],
      [{ channel: 1 }, 'bad scsi channel id: 1'],
    ],
  },
  {
    controller: 'lsi53c895a',
    asks: [
      [{}, {}],
      [{ 'scsi-id': 0 }, 'no free lun'],
      [{ lun: 1 }, 'bad scsi device lun: 1'],
      [{ 'scsi-id': 8 }, 'bad scsi device id: 8'],
      ...Array.from({ length: 7 }, () => [{}, {}] as const),
      [{}, 'no free target'],
    ],
  },
];

describe.each(VERSIONS)('a SCSI bus of QEMU %s', (qemu) => {
  it.for(buses)('of $controller', ({ controller, asks }) => {
    const bench = machineBench({ qemu, type: 'pc', paused: true });
    expect(bench.send('device_add', { driver: controller, id: 'c' })).toEqual({});
    for (const [order, [place, answer]] of asks.entries()) {
      const reply = bench.send('device_add', { driver: 'scsi-cd', id: `s${order}`, bus: 'c.0', ...place });
      expect([order, reply]).toEqual([
        order,
        typeof answer === 'string' ? `GenericError: ${answer}` : answer,
      ]);
    }
  });

  it('a place is free again when its device has gone, and is told', () => {
    const bench = machineBench({ qemu, type: 'pc', paused: true });
    bench.send('device_add', { driver: 'virtio-scsi-pci', id: 'c' });
    bench.send('device_add', { driver: 'scsi-cd', id: 'one' });
    bench.send('device_add', { driver: 'scsi-cd', id: 'two' });
    const path = '/machine/peripheral/two';
    expect(bench.send('qom-get', { path, property: 'scsi-id' })).toBe(1);
    bench.send('device_del', { id: 'one' });
    expect(bench.send('device_add', { driver: 'scsi-cd', id: 'three', 'scsi-id': 0, lun: 0 })).toEqual({});
  });
});
