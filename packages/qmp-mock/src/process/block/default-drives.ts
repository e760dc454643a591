import { QDict } from '../../engine/json/value.ts';
import type { ColdDrive } from '../../machine/block/cold-drive.ts';
import { machineRules } from '../../machine/machine-rules.ts';
import type { Drive } from '../start-checks/drives.ts';
import type { StartContext } from '../start-checks/start-context.ts';

/** Devices in whose presence there is no drive by default (`default_list` in `system/vl.c`). */
const WITHOUT_CDROM = /^(ide-cd|ide-hd|scsi-cd|scsi-hd)$/;
const WITHOUT_FLOPPY = /^(isa-fdc|floppy)$/;

/** Empty drives that a machine has without being asked (`default_drive` in `system/vl.c`). */
export function defaultDrives(context: StartContext, given: readonly Drive[]): ColdDrive[] {
  const { kind } = context.machine;
  if (context.has('nodefaults') || (kind !== 'pc' && kind !== 'q35')) return [];
  const isPlugged = (pattern: RegExp): boolean =>
    context.of('device').some((option) => pattern.test(option.get('driver') ?? ''));
  const found: ColdDrive[] = [];
  const add = (bus: string, media: 'disk' | 'cdrom', index: readonly [number, number], id: string): void => {
    const isTaken = given.some(
      (drive) => drive.bus === bus && drive.index[0] === index[0] && drive.index[1] === index[1],
    );
    if (!isTaken) found.push(emptyDrive(bus, media, index, id));
  };
  if (!isPlugged(WITHOUT_CDROM)) {
    if (kind === 'pc') add('ide', 'cdrom', [1, 0], 'ide1-cd0');
    else add('ide', 'cdrom', [2, 0], 'ide2-cd0');
  }
  if (kind === 'pc' && !isPlugged(WITHOUT_FLOPPY)) add('floppy', 'disk', [0, 0], 'floppy0');
  if (machineRules(context.profile).defaultSdCard) add('sd', 'disk', [0, 0], 'sd0');
  return found;
}

function emptyDrive(
  bus: string,
  media: 'disk' | 'cdrom',
  index: readonly [number, number],
  id: string,
): ColdDrive {
  return {
    id,
    bus,
    media,
    index,
    empty: true,
    filename: undefined,
    options: new QDict([['read-only', media === 'cdrom']]),
    writeCache: true,
    limits: new Map(),
    group: undefined,
    onErrors: { write: undefined, read: undefined },
    isTemporary: false,
    copiesOnRead: false,
    detectZeroes: 'off',
  };
}
