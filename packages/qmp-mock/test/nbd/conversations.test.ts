import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createQcow2 } from '../../src/machine/block/image/qcow2/create.ts';
import { Qcow2Image } from '../../src/machine/block/image/qcow2/qcow2-image.ts';
import { NodeDisk } from '../../src/machine/block/export/node-disk.ts';
import type { NbdExport } from '../../src/machine/block/nbd/export.ts';
import { NbdSession } from '../../src/machine/block/nbd/session.ts';
import { MemoryFile } from '../support/memory-file.ts';

/** Bytes that a client sent to a QEMU, and those that came back until QEMU ended the connection. */
interface Conversation {
  readonly name: string;
  readonly sent: string;
  readonly received: string;
  readonly closed: boolean;
}

const KIB = 1024;

/**
 * The disk of the recordings: 1 MiB of qcow2 with data from 64 KiB to 128 KiB and zeros from 192 KiB to 256
 * KiB, made by qemu-img and qemu-io.
 */
function disk(): NodeDisk {
  const file = new MemoryFile();
  createQcow2(file, { size: KIB * KIB });
  const files = {
    open: () => file,
    remove: () => {},
    inflate: (bytes: Uint8Array) => bytes,
    deflate: (bytes: Uint8Array) => bytes,
  };
  const image = new Qcow2Image('disk', file, files, { writable: true });
  image.write(64 * KIB, new Uint8Array(64 * KIB).fill(5));
  image.zero(192 * KIB, 64 * KIB);
  const discard = (offset: number, length: number): void => image.zero(offset, length, { unmap: true });
  return new NodeDisk({ node: Object.assign(image, { discard }) });
}

function exportsOf(shared: NodeDisk): NbdExport[] {
  const common = { disk: shared, bitmaps: [], multiConnection: true };
  return [
    { ...common, name: 'disk', description: 'a disk', writable: true, showsDepth: true },
    { ...common, name: 'ro', description: undefined, writable: false, showsDepth: false },
  ];
}

/** Sends bytes in pieces, and gives what came back. */
function converse(sent: Uint8Array, extended: boolean, piece: number): { received: string; closed: boolean } {
  const received: Uint8Array[] = [];
  let closed = false;
  const exports = exportsOf(disk());
  const session = new NbdSession({
    offer: { exports: () => exports, extended },
    send: (bytes) => {
      received.push(bytes);
      return true;
    },
    close: () => (closed = true),
  });
  session.start();
  for (let at = 0; at < sent.length; at += piece) session.push(sent.subarray(at, at + piece));
  return { received: Buffer.concat(received).toString('hex'), closed };
}

describe.each([
  { headers: 'plain', extended: false },
  { headers: 'extended', extended: true },
])('a server that offers $headers headers answers as QEMU did', ({ headers, extended }) => {
  const lines = readFileSync(new URL(`conversations-${headers}.jsonl`, import.meta.url), 'utf8').trim();
  const conversations = lines.split('\n').map((line) => JSON.parse(line) as Conversation);
  test.for(conversations)('$name', ({ sent, received, closed }) => {
    const bytes = Uint8Array.from(Buffer.from(sent, 'hex'));
    const whole = converse(bytes, extended, Infinity);
    expect(whole).toEqual({ received, closed });
    expect(converse(bytes, extended, 1), 'byte by byte').toEqual(whole);
  });
});
