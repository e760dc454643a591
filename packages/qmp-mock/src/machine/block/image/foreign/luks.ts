import { roundUp, u16, u32 } from '../big-endian.ts';
import { type ByteFile, ImageError, ImageNotModelled } from '../byte-file.ts';
import type { SizedFacts } from './sized-image.ts';

const HEADER_BYTES = 592;
const SECTOR = 512;
const SLOTS = { at: 208, bytes: 48, count: 8 };
const ACTIVE = 0xac_71_f3;
const INACTIVE = 0xde_ad;
const STRIPES = 4000;
/** The header and the material of each key begin at multiples of this many bytes. */
const ALIGNMENT = 4096;
const HASHES = new Set(['sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'ripemd160']);

/** Reads the header of an encrypted volume (`qcrypto_block_luks_load_header`); keys aren't needed for it. */
export function luksFacts(file: ByteFile): SizedFacts {
  const header = file.read(0, HEADER_BYTES);
  if (!isLuks(header)) throw new ImageError('Volume is not in LUKS format');
  if (u16(header, 6) !== 1) throw new ImageError(`LUKS version ${u16(header, 6)} is not supported`, 95);
  const [cipher, mode, hash] = [8, 40, 72].map((at) => textAt(header, at, 32)) as [string, string, string];
  const payload = u32(header, 104) * SECTOR;
  const bytes = u32(header, 108);
  const keyRoom = roundUp(STRIPES * bytes, ALIGNMENT);
  const places = Array.from({ length: SLOTS.count }, (_, index) => placeOf(header, index));
  if (places.some((place, index) => index > 0 && place < (places[index - 1] ?? 0) + keyRoom)) {
    throw new ImageNotModelled('luks images with slots in another order');
  }
  const slots = places.map((_, index) => slotOf(header, index));
  const iterations = u32(header, 164);
  if (iterations === 0) throw new ImageError('LUKS key iteration count is zero');
  const [chaining, generator] = /^(xts)-(plain64)$/.exec(mode)?.slice(1) ?? [];
  const uuid = textAt(header, 168, 40);
  const isUsual =
    /^[ -~]*$/.test(uuid) && cipher === 'aes' && (bytes === 32 || bytes === 64) && HASHES.has(hash);
  const end = Math.max(...slots.map(({ offset }) => offset)) + keyRoom;
  if (chaining === undefined || !isUsual || payload < end || payload > file.size) {
    throw new ImageNotModelled('luks images but those with aes, xts and plain64');
  }
  return {
    size: roundUp(file.size, SECTOR) - payload,
    encrypted: true,
    specific: [
      ['ivgen-alg', generator],
      ['hash-alg', hash],
      ['cipher-alg', `aes-${bytes * 4}`],
      ['uuid', uuid],
      ['cipher-mode', chaining],
      ['slots', slots.map(shownSlot)],
      ['payload-offset', payload],
      ['master-key-iters', iterations],
    ],
  };
}

function isLuks(header: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(header.subarray(0, 6)) === 'LUKS\u{ba}\u{be}';
}

interface Slot {
  readonly active: boolean;
  readonly iterations: number;
  readonly offset: number;
  readonly stripes: number;
}

function placeOf(header: Uint8Array, index: number): number {
  return u32(header, SLOTS.at + index * SLOTS.bytes + 40) * SECTOR;
}

function slotOf(header: Uint8Array, index: number): Slot {
  const at = SLOTS.at + index * SLOTS.bytes;
  const state = u32(header, at);
  const slot = {
    active: state === ACTIVE,
    iterations: u32(header, at + 4),
    offset: placeOf(header, index),
    stripes: u32(header, at + 44) | 0,
  };
  if (slot.stripes !== STRIPES) {
    throw new ImageError(`Keyslot ${index} is corrupted (stripes ${slot.stripes} != ${STRIPES})`);
  }
  if (slot.offset < ALIGNMENT) {
    throw new ImageError(`Keyslot ${index} is overlapping with the LUKS header`);
  }
  if (state !== ACTIVE && state !== INACTIVE) {
    throw new ImageError(`Keyslot ${index} state (active/disable) is corrupted`);
  }
  if (slot.active && slot.iterations === 0) {
    throw new ImageError(`Keyslot ${index} iteration count is zero`);
  }
  return slot;
}

function shownSlot({ active, iterations, offset, stripes }: Slot): Record<string, unknown> {
  return active
    ? { active, iters: iterations, 'key-offset': offset, stripes }
    : { active, 'key-offset': offset };
}

/** A text that ends with a NUL or with its place. */
function textAt(bytes: Uint8Array, at: number, length: number): string {
  const part = bytes.subarray(at, at + length);
  const end = part.indexOf(0);
  return new TextDecoder('latin1').decode(end === -1 ? part : part.subarray(0, end));
}
