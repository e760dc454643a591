import { QmpCommandError } from 'qmp-core';
import type { QDict } from '../../engine/json/value.ts';
import { Chardevs } from '../chardevs.ts';
import { family, genericError, type CommandFamily } from '../command.ts';
import type { Machine } from '../machine.ts';
import type { ChardevInfo } from '../machine-host.ts';
import type { RingBuffer } from '../ring-buffer.ts';

/** Chardevs, ring buffers, and `yank` (`qapi/char.json`, `qapi/yank.json`). */
export const chardev: CommandFamily = family({
  'query-chardev': (machine) =>
    machine
      .store(Chardevs)
      .list()
      .map(({ label, filename, frontendOpen }) => ({
        label,
        filename,
        'frontend-open': frontendOpen,
      })),
  'chardev-add': (machine, args) => {
    const id = args.get('id') as string;
    const chardevs = machine.store(Chardevs);
    if (chardevs.find(id) !== undefined) throw genericError(`Chardev with id '${id}' already exists`);
    return opened(
      () => chardevs.add(id, args.get('backend') as QDict),
      (reason) => `Failed to add chardev '${id}': ${reason}`,
    );
  },
  'chardev-remove': (machine, args) => {
    const info = find(machine, args);
    if (machine.store(Chardevs).isBusy(info)) {
      throw genericError(`Chardev '${info.label}' is busy`);
    }
    machine.store(Chardevs).remove(info.label);
  },
  'chardev-change': (machine, args) => {
    const id = args.get('id') as string;
    const chardevs = machine.store(Chardevs);
    const info = chardevs.find(id);
    if (info === undefined) throw genericError(`Chardev '${id}' does not exist`);
    if (chardevs.isBusy(info)) throw genericError('Chardev user does not support chardev hotswap');
    chardevs.remove(id);
    return opened(
      () => chardevs.add(id, args.get('backend') as QDict),
      (reason) => reason,
    );
  },
  'chardev-send-break': (machine, args) => {
    find(machine, args);
  },
  'ringbuf-write': (machine, args) => {
    const ring = findRing(machine, args);
    const data = args.get('data') as string;
    ring.write(args.get('format') === 'base64' ? fromBase64(data) : Buffer.from(data));
  },
  'ringbuf-read': (machine, args) => {
    const ring = findRing(machine, args);
    const size = Number(args.get('size'));
    if (size <= 0) throw genericError('size must be greater than zero');
    return ring.read(size).toString(args.get('format') === 'base64' ? 'base64' : 'utf8');
  },
  'query-yank': (machine) =>
    machine
      .store(Chardevs)
      .yankable()
      .map(({ label }) => ({ type: 'chardev', id: label })),
  yank: (machine, args) => {
    const labels = new Set(
      machine
        .store(Chardevs)
        .yankable()
        .map(({ label }) => label),
    );
    for (const instance of args.get('instances') as QDict[]) {
      if (instance.get('type') !== 'chardev' || !labels.has(instance.get('id') as string)) {
        throw new QmpCommandError('DeviceNotFound', 'Instance not found');
      }
    }
    for (const instance of args.get('instances') as QDict[]) {
      machine.host.chardevs?.yank?.(instance.get('id') as string);
    }
  },
});

/** Runs `open`, which may take its time, and words its failure. */
function opened(open: () => void | Promise<void>, word: (reason: string) => string): unknown {
  const fail = (error: unknown): never => {
    throw genericError(word((error as Error).message));
  };
  try {
    return open()?.catch(fail);
  } catch (error) {
    return fail(error);
  }
}

function find(machine: Machine, args: QDict): ChardevInfo {
  const id = args.get('id') as string;
  const info = machine.store(Chardevs).find(id);
  if (info === undefined) throw genericError(`Chardev '${id}' not found`);
  return info;
}

function findRing(machine: Machine, args: QDict): RingBuffer {
  const device = args.get('device') as string;
  const chardevs = machine.store(Chardevs);
  if (chardevs.find(device) === undefined) throw genericError(`Device '${device}' not found`);
  const ring = chardevs.ring(device);
  if (ring === undefined) throw genericError(`${device} is not a ringbuf device`);
  return ring;
}

function fromBase64(text: string): Buffer {
  if (/[^A-Za-z0-9+/=\r\n]/.test(text)) throw genericError('Base64 data contains invalid characters');
  return Buffer.from(text, 'base64');
}
