import { u16, u32 } from './big-endian.ts';
import type { ByteFile } from './byte-file.ts';

/** Bytes of the beginning of a file that tell its format. */
const HEAD = 2048;
const decoder = new TextDecoder('latin1');

/**
 * Tells the format of an image by its first bytes, as QEMU's probing does; a file that looks like nothing is
 * `raw`. Formats that are recognised aren't all modelled.
 */
export function probeFormat(file: ByteFile, filename: string): string {
  const head = file.read(0, HEAD);
  const text = decoder.decode(head);
  if (text.startsWith('QFI\u{fb}')) {
    const version = u32(head, 4);
    if (version === 1) return 'qcow';
    if (version >= 2) return 'qcow2';
  }
  if (text.startsWith('KDMV') || text.startsWith('COWD') || isVmdkDescriptor(text)) return 'vmdk';
  if (text.startsWith('vhdxfile')) return 'vhdx';
  if (text.startsWith('conectix')) return 'vpc';
  if (text.startsWith('LUKS\u{ba}\u{be}') && u16(head, 6) === 1) return 'luks';
  if (text.startsWith('QED\0')) return 'qed';
  if (text.startsWith('WithoutFreeSpace') || text.startsWith('WithouFreSpacExt')) return 'parallels';
  if (text.startsWith('Bochs Virtual HD Image')) return 'bochs';
  if (text.startsWith('#!/bin/sh\n#V2.0 Format\nmodprobe cloop')) return 'cloop';
  if (u32(reversed(head, 64), 0) === 0xbe_da_10_7f) return 'vdi';
  if (filename.endsWith('.dmg')) return 'dmg';
  return 'raw';
}

/** A text file that says so on its first line that isn't a comment. */
function isVmdkDescriptor(text: string): boolean {
  if (!text.startsWith('#')) return false;
  const line = text.split('\n').find((each) => each.trim() !== '' && !each.startsWith('#'));
  return line?.startsWith('version=') === true && /^version=[123]\b/.test(line);
}

function reversed(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.slice(at, at + 4).toReversed();
}
