/**
 * Rules of behaviour that differ between versions and that no list of data can express, found by trying. Each
 * has the name that it has in `QemuRules` (qmp-mock, `profile.ts`); a new rule is one function here.
 */
import { once } from 'node:events';
import { Scratch } from '../lib/scratch.ts';
import { writeIdleGuest } from '../qemu/idle-guest.ts';
import { Monitor, NO_MACHINE } from '../qemu/monitor.ts';
import type { Program } from '../qemu/program.ts';

/** Lets us write to the guest's ports from outside. */
const QTEST = ['-qtest', 'stdio', '-qtest-log', '/dev/null'];

const status = (qemu: Monitor): Promise<{ status: string }> => qemu.value({ execute: 'query-status' });

/** The rules, by name: what each of them is on a QEMU. */
const RULES: Readonly<Record<string, (program: Program) => Promise<unknown>>> = {
  /** Whether a parse error says where: only the parser that stops at the bad token knows. */
  async jsonParser(program) {
    await using qemu = await Monitor.start(program, NO_MACHINE);
    return /^\d+:\d+: /.test((await qemu.refusal('}')) ?? '') ? 'push' : 'batch';
  },

  /** Whether `stop` does anything while the guest is suspended. */
  async stopsWhileSuspended(program) {
    using scratch = new Scratch();
    const bios = scratch.file('idle.bin');
    writeIdleGuest(bios);
    const args = ['-machine', 'pc,accel=tcg', '-nodefaults', '-bios', bios, ...QTEST];
    await using qemu = await Monitor.start(program, args, { stdio: 'pipe' });
    // The guest's part: find the power management registers of the PIIX4, then write "sleep, S3" there.
    for (const line of [
      'outl 0xcf8 0x80000b40',
      'outl 0xcfc 0x601',
      'outl 0xcf8 0x80000b80',
      'outb 0xcfc 0x1',
      'outw 0x604 0x2400',
    ]) {
      qemu.process.stdin.write(`${line}\n`);
      await once(qemu.process.stdout, 'data');
    }
    await qemu.event('SUSPEND');
    await qemu.ask({ execute: 'stop' });
    return (await status(qemu)).status !== 'suspended';
  },

  /** Whether `query-status` has `singlestep`. */
  async statusHasSinglestep(program) {
    await using qemu = await Monitor.start(program, NO_MACHINE);
    return 'singlestep' in (await status(qemu));
  },
};

/** All rules of a QEMU. */
export async function captureRules(program: Program): Promise<Record<string, unknown>> {
  const rules: Record<string, unknown> = {};
  for (const [name, probe] of Object.entries(RULES)) rules[name] = await probe(program);
  return rules;
}
