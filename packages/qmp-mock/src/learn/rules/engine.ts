import { once } from 'node:events';
import type { QemuRules } from '../../engine/profile.ts';
import { writeIdleGuest } from '../qemu/idle-guest.ts';
import { refusalIn, type ProbeContext, type Probes } from './probe.ts';

/** Lets us write to the guest's ports from outside. */
const QTEST = ['-qtest', 'stdio', '-qtest-log', '/dev/null'];

/** The guest's part: find the power management registers of the PIIX4, then write "sleep, S3" there. */
const SLEEP = [
  'outl 0xcf8 0x80000b40',
  'outl 0xcfc 0x601',
  'outl 0xcf8 0x80000b80',
  'outb 0xcfc 0x1',
  'outw 0x604 0x2400',
];

/** Rules of the monitor itself. */
export const ENGINE_PROBES: Probes<keyof QemuRules> = {
  // Only the parser that stops at the bad token says where it is.
  async jsonParser({ ask }) {
    return /^\d+:\d+: /.test(refusalIn(await ask.none('}'))) ? 'push' : 'batch';
  },

  async stopsWhileSuspended({ qemu, scratch }) {
    const bios = scratch.file('idle.bin');
    writeIdleGuest(bios);
    const args = ['-machine', 'pc,accel=tcg', '-nodefaults', '-bios', bios, ...QTEST];
    await using monitor = await qemu.start(args, { stdio: 'pipe' });
    const late = AbortSignal.timeout(qemu.deadline);
    for (const line of SLEEP) {
      monitor.process.stdin.write(`${line}\n`);
      await once(monitor.process.stdout, 'data', { signal: late });
    }
    await monitor.event('SUSPEND');
    await monitor.ask({ execute: 'stop' });
    return (await monitor.value<{ status: string }>({ execute: 'query-status' })).status !== 'suspended';
  },

  statusHasSinglestep: (context) => returns(context, 'query-status', 'singlestep'),
};

async function returns({ ask }: ProbeContext, query: string, member: string): Promise<boolean> {
  const { message } = await ask.none({ execute: query });
  return member in (message.return as object);
}
