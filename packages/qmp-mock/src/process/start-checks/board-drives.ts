import { parseBoolean } from '../command-line/qemu-opts.ts';
import { refuse } from '../command-line/start-error.ts';
import { drives, IDE_MACHINES, type Drive } from './drives.ts';
import type { StartContext } from './start-context.ts';

/** Room that boards have on the controllers that drives are for: buses, and units of each. */
function roomOn(context: StartContext, bus: string): readonly [buses: number, units: number] {
  const { kind } = context.machine;
  const sata = context.properties.get('sata') ?? 'on';
  if (bus === 'ide') {
    if (kind === 'q35') return parseBoolean(sata) === false ? [0, 0] : [6, 1];
    return kind === 'pc' || kind === 'isapc' ? [2, 2] : [0, 0];
  }
  if (bus === 'floppy') return IDE_MACHINES.has(kind) ? [1, 2] : [0, 0];
  if (bus === 'pflash') return kind === 'pc' || kind === 'q35' ? [1, 2] : [0, 0];
  return [0, 0];
}

/** Files of drives that the board itself writes to. */
export function writtenByBoard(context: StartContext): readonly string[] {
  return drives(context).flatMap(({ bus, readOnly, path }) =>
    path === undefined || readOnly || bus === 'none' || bus === 'virtio' || context.has('snapshot')
      ? []
      : [path],
  );
}

/** Drives that the board has no place for, and those that it can't take (`drive_check_orphaned`). */
export function checkOrphanedDrives(context: StartContext): void {
  const orphans: Drive[] = [];
  const writers = new Set<string>();
  for (const drive of drives(context)) {
    const { bus, index, empty, media, readOnly, path } = drive;
    if (bus === 'none' || bus === 'virtio') continue;
    const [buses, units] = roomOn(context, bus);
    if (index[0] >= buses || index[1] >= units) {
      orphans.push(drive);
      continue;
    }
    if (bus === 'ide' && media === 'disk') {
      if (empty) refuse('Device needs media, but drive is empty');
      if (readOnly) refuse('Block node is read-only');
    }
    if (path === undefined || readOnly || context.has('snapshot')) continue;
    if (writers.has(path)) {
      refuse('Failed to get "write" lock', undefined, [`Is another process using the image [${path}]?`]);
    }
    writers.add(path);
  }
  const words = orphans.map(
    ({ bus, index: [number, unit] }) => `machine type does not support if=${bus},bus=${number},unit=${unit}`,
  );
  const [first, ...more] = orphans;
  if (first === undefined) return;
  for (const [at, drive] of orphans.slice(0, -1).entries())
    context.say(words[at] ?? '', drive.option.location);
  refuse(words.at(-1) ?? '', (more.at(-1) ?? first).option);
}
