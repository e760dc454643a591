import type { Note } from '../note.ts';
import type { Monitor } from '../qemu/monitor.ts';
import type { Qemu } from '../qemu/qemu.ts';
import { recordBus, type RecordedBus, type RecordedDevice } from './bus-record.ts';
import { hotBuses } from './hot-buses.ts';
import { parseQtree } from './qtree.ts';

/** Kinds of machines that are recorded; others of a PC differ in their version only. */
const KINDS = ['none', 'isapc', 'microvm', 'pc', 'q35'] as const;

/** Kinds of machines that `-usb` does something to. */
const WITH_USB: ReadonlySet<string> = new Set(['pc', 'q35']);

/** Contents of `boards.jsonl`: the buses of each kind of machine, with and without its default devices. */
export async function learnBoards(qemu: Qemu, note: Note): Promise<string> {
  const lines: string[] = [];
  for (const kind of KINDS) {
    try {
      const bare = await busesOf(qemu, ['-machine', kind, '-nodefaults', '-S']);
      const full = await busesOf(qemu, ['-machine', kind, '-S']);
      const same = JSON.stringify(bare) === JSON.stringify(full);
      const usb = WITH_USB.has(kind)
        ? added(bare, await busesOf(qemu, ['-machine', kind, '-nodefaults', '-usb', '-S']))
        : [];
      lines.push(
        `${JSON.stringify([kind, { bare, ...(!same && { full }), ...(usb.length > 0 && { usb }) }])}\n`,
      );
    } catch (error) {
      note(`buses of machine ${kind}: ${(error as Error).message}`);
    }
  }
  return lines.join('');
}

/** The devices on a board's PCI bus that another board doesn't have. */
function added(without: readonly RecordedBus[], having: readonly RecordedBus[]): RecordedDevice[] {
  const known = new Set(onPci(without).map(({ addr }) => addr));
  return onPci(having).filter(({ addr }) => !known.has(addr));
}

function onPci(buses: readonly RecordedBus[]): readonly RecordedDevice[] {
  const bridges = buses.flatMap(({ devices = [] }) => devices).flatMap((device) => device.buses ?? []);
  return bridges.find(({ type }) => type === 'PCI' || type === 'PCIE')?.devices ?? [];
}

async function busesOf(qemu: Qemu, args: readonly string[]): Promise<RecordedBus[]> {
  await using monitor = await qemu.start(args);
  const buses = parseQtree(await qtree(monitor));
  const isHot = await hotBuses(monitor, buses);
  return buses.map((bus) => recordBus(bus, isHot));
}

/** The text of `info qtree`. */
export function qtree(monitor: Monitor): Promise<string> {
  const line = { 'command-line': 'info qtree' };
  return monitor.value({ execute: 'human-monitor-command', arguments: line });
}
