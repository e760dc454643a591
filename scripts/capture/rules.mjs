/**
 * Rules of behaviour that differ between versions and that no list of data can express, found by trying. Each
 * has the name that it has in `QemuRules` (packages/qmp-mock/src/profile/profile.ts); a new rule is one function here.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Qemu } from './qemu.mjs';

const NONE = ['-machine', 'none', '-nodefaults', '-S'];
const PC = ['-machine', 'pc,accel=tcg', '-nodefaults'];
/** Lets us write to the guest's ports from outside. */
const QTEST = ['-qtest', 'stdio', '-qtest-log', '/dev/null'];

/** Runs `use` with the path of a firmware that does nothing: `cli; hlt`, and again, at the reset vector. */
async function withIdleGuest(use) {
  const folder = mkdtempSync(join(tmpdir(), 'capture-qemu-'));
  try {
    const firmware = Buffer.alloc(65_536);
    firmware.set([0xfa, 0xf4, 0xeb, 0xfd], 65_520);
    const path = join(folder, 'idle.bin');
    writeFileSync(path, firmware);
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `probe` with a QEMU that is gone afterwards. */
async function withQemu(binary, args, probe, options) {
  const qemu = await Qemu.start(binary, args, options);
  try {
    return await probe(qemu);
  } finally {
    await qemu.stop();
  }
}

const status = async (qemu) => (await qemu.ask('{"execute":"query-status"}')).message.return;

/** The rules, by name: what each of them is on that QEMU. */
export const RULES = {
  /** Whether a parse error says where: only the parser that stops at the bad token knows. */
  jsonParser: (binary) =>
    withQemu(binary, NONE, async (qemu) => {
      const { desc } = (await qemu.ask('}')).message.error;
      return /^\d+:\d+: /.test(desc) ? 'push' : 'batch';
    }),

  /** Whether `stop` does anything while the guest is suspended. */
  stopsWhileSuspended: (binary) =>
    withIdleGuest((bios) =>
      withQemu(binary, [...PC, '-bios', bios, ...QTEST], async (qemu) => {
        const suspended = qemu.event('SUSPEND');
        // The guest's part: find the power management registers of the PIIX4, then write "sleep, S3" there.
        for (const line of [
          'outl 0xcf8 0x80000b40',
          'outl 0xcfc 0x601',
          'outl 0xcf8 0x80000b80',
          'outb 0xcfc 0x1',
          'outw 0x604 0x2400',
        ]) {
          qemu.stdin.write(`${line}\n`);
          await once(qemu.stdout, 'data');
        }
        await suspended;
        await qemu.ask('{"execute":"stop"}');
        return (await status(qemu)).status !== 'suspended';
      }),
    ),

  /** Whether `query-status` has `singlestep`. */
  statusHasSinglestep: (binary) =>
    withQemu(binary, NONE, async (qemu) => 'singlestep' in (await status(qemu))),
};

/** All rules of a QEMU. */
export async function captureRules(binary) {
  const rules = {};
  for (const [name, probe] of Object.entries(RULES)) rules[name] = await probe(binary);
  return rules;
}
