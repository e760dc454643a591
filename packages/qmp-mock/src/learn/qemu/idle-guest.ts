import { writeFileSync } from 'node:fs';

/** Firmware of a guest that does nothing: `cli; hlt`, and again, at the reset vector. */
const FIRMWARE: Buffer = Buffer.alloc(65_536);
FIRMWARE.set([0xfa, 0xf4, 0xeb, 0xfd], 65_520);

/** Writes the firmware of a guest that does nothing, for `-bios`. */
export function writeIdleGuest(path: string): void {
  writeFileSync(path, FIRMWARE);
}
