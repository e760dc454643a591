import { QmpStateError } from 'qmp-core/errors';
import { notModelled } from '../../engine/not-modelled.ts';
import { genericError } from '../command.ts';
import { complaintsOf, hmpTable, taking, type HmpTable } from '../hmp/command.ts';
import type { Subsystem } from '../subsystem.ts';
import type { BlockBackends } from './backend/backends.ts';
import type { BlockGraph } from './graph/block-graph.ts';
import type { BlockNode } from './graph/node.ts';

/** Parts of the machine that {@link GuestIo} needs. */
export interface GuestIoParts {
  readonly graph: BlockGraph;
  readonly backends: BlockBackends;
  /** Takes lines that QEMU prints on stdout. */
  readonly print: (line: string) => void;
}

/** A disk that can be read and written: a drive, or a node by itself. */
interface Disk {
  readonly node: BlockNode | undefined;
  write(offset: number, bytes: Uint8Array): void;
}

const UNITS = 'bkmgtpe';
const IO_ERROR = 'Input/output error';

/** Requests of the guest: by a test, and by the human monitor's `qemu-io`. */
export class GuestIo implements Subsystem {
  readonly #parts: GuestIoParts;

  constructor(parts: GuestIoParts) {
    this.#parts = parts;
  }

  /** Writes as the guest does: bitmaps, statistics and jobs take note of it. */
  write(device: string, offset: number, bytes: Uint8Array): void {
    const disk = this.#find(device);
    if (disk?.node === undefined) {
      throw new QmpStateError(
        `Expected the name of a drive with a medium, of a device or of a node, got '${device}'`,
      );
    }
    if (disk.node.readOnly) throw new QmpStateError(`The disk of '${device}' is read only`);
    const { size } = disk.node;
    if (!Number.isInteger(offset) || offset < 0 || offset + bytes.length > size) {
      throw new QmpStateError(
        `Expected a part of the ${size} bytes of '${device}', got ${bytes.length} bytes at ${offset}`,
      );
    }
    disk.write(offset, bytes);
  }

  #find(name: string): Disk | undefined {
    const { backends, graph } = this.#parts;
    return backends.find(name) ?? backends.byDevice(name) ?? nodeAsDisk(graph.find(name));
  }

  hmpCommands(): HmpTable {
    return hmpTable({
      'qemu-io': taking('-d device:device command:rest', (given) =>
        complaintsOf(() => {
          const name = String(given.get('device'));
          const { graph, print } = this.#parts;
          const disk = this.#find(name);
          if (disk === undefined) {
            graph.requireAbsent(name);
            throw genericError(`Cannot find device='' nor node-name='${name}'`);
          }
          for (const line of runIo(disk, unquoted(String(given.get('command'))))) print(line);
        }),
      ),
    });
  }
}

function nodeAsDisk(node: BlockNode | undefined): Disk | undefined {
  return node === undefined
    ? undefined
    : {
        node,
        write: (offset, bytes) => node.write(offset, bytes),
      };
}

function unquoted(text: string): string {
  return /^"(.*)"$/s.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? text;
}

/** One command of `qemu-io`. Gives what it prints, speeds aside. */
function runIo(disk: Disk, command: string): string[] {
  const [verb = '', ...words] = command.trim().split(/\s+/);
  const { flags, pattern, operands } = readWords(words);
  if (!['read', 'write', 'discard', 'flush'].includes(verb)) {
    if (
      !/^(aio_|help|map|alloc|info|open|close|length|resize|sleep|truncate|version|writev|readv)/.test(verb)
    ) {
      return [`command "${verb}" not found`];
    }
    notModelled(`qemu-io's ${verb}`);
  }
  if (verb === 'flush') return [];
  const [offset, length] = operands.map((word) => sizeOf(word));
  const { node } = disk;
  const foreign = [...flags].find((flag) => !'Pzqfunv'.includes(flag));
  if (offset === undefined || length === undefined || foreign !== undefined || node === undefined) {
    notModelled(`qemu-io "${command}"`);
  }
  if (offset + length > node.size || (verb !== 'read' && node.readOnly)) {
    return [`${verb} failed: ${IO_ERROR}`];
  }
  // QEMU doesn't count these requests among those of the drive.
  if (verb === 'read') node.read(offset, length);
  else if (verb === 'discard') node.discard(offset, length);
  else if (flags.has('z')) node.zero(offset, length, { unmap: flags.has('u') });
  else node.write(offset, new Uint8Array(length).fill(pattern));
  if (flags.has('q')) return [];
  const done = { read: 'read', write: 'wrote', discard: 'discard' }[verb as 'read' | 'write' | 'discard'];
  return [`${done} ${length}/${length} bytes at offset ${offset}`];
}

/** Pattern of `write` if none is given. */
const PATTERN = 0xcd;

function readWords(words: readonly string[]): {
  readonly flags: ReadonlySet<string>;
  readonly pattern: number;
  readonly operands: readonly string[];
} {
  const flags = new Set<string>();
  let pattern = PATTERN;
  const operands: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (!word.startsWith('-')) operands.push(word);
    else {
      for (const flag of word.slice(1)) flags.add(flag);
      if (word.endsWith('P')) pattern = Number(words[(at += 1)]);
    }
  }
  return { flags, pattern, operands };
}

function sizeOf(text: string): number | undefined {
  const [, digits = '', unit = 'b'] = /^(\d+|0x[\da-f]+)([bkmgtpe])?$/i.exec(text) ?? [];
  return digits === '' ? undefined : Number(digits) * 1024 ** UNITS.indexOf(unit.toLowerCase());
}
