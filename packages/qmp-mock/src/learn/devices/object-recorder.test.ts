import { expect, test } from 'vitest';
import { FAKE_QEMU } from '../../../test/support/fake-qemu.ts';
import { NEWEST } from '../../../test/support/versions.ts';
import { typeTable } from '../../machine/types/type-table.ts';
import { loadProfile } from '../../version/load-profile.ts';
import { Monitor } from '../qemu/monitor.ts';
import type { Program } from '../qemu/program.ts';
import { Lines, ObjectRecorder } from './object-recorder.ts';

const program: Program = {
  name: `fake-qemu ${NEWEST}`,
  version: NEWEST,
  command: [process.execPath, FAKE_QEMU],
  env: { FAKE_QEMU_VERSION: NEWEST },
};

test('a date varies, even if no second passes between two recordings', async () => {
  await using monitor = await Monitor.start(program, ['-machine', 'isapc', '-nodefaults', '-S']);
  const recorder = new ObjectRecorder(typeTable(loadProfile(NEWEST)), new Lines());
  const [machine] = await recorder.record(monitor, '/machine');
  expect(machine?.[1]).toBe('isapc-machine');
  expect(machine?.[4]).toContain('rtc-time');
});
