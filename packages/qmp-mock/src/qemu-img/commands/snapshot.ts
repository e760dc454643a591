import {
  applySnapshot,
  createSnapshot,
  deleteSnapshot,
  findSnapshot,
  listSnapshots,
} from '../../machine/block/image/qcow2/snapshots.ts';
import type { Snapshot } from '../../machine/block/image/qcow2/snapshot-table.ts';
import { closeChain } from '../../machine/block/image/open-image.ts';
import { ImageError } from '../../machine/block/image/byte-file.ts';
import { ImgFailure, type ImgCommand, UsageFailure } from '../context.ts';
import { oneImage, type OptionTable, parseArguments } from '../getopt.ts';
import { asQcow2, openFor, rawWarning } from '../open.ts';
import { humanSize } from '../../machine/block/image/human-size.ts';

const ACTIONS = ['l', 'a', 'c', 'd'];
const OPTIONS: OptionTable = {
  ...{ l: 'flag', a: 'value', c: 'value', d: 'value', q: 'flag' },
  ...{ U: 'flag', 'force-share': { as: 'U' }, 'image-opts': 'flag' },
};

/** `snapshot`: lists, makes, applies or deletes internal snapshots. */
export const snapshot: ImgCommand = (argv, context) => {
  let action = '';
  let name = '';
  const { operands, has } = parseArguments(argv, OPTIONS, {
    check(option, value) {
      if (!ACTIONS.includes(option)) return;
      if (action !== '') throw new UsageFailure("Cannot mix '-l', '-a', '-c', '-d'");
      [action, name] = [option, value];
    },
  });
  const filename = oneImage(operands);
  // Without an action QEMU opens the image to write it, and does nothing.
  const image = openFor(context, filename, { writable: action !== 'l', share: has('U') });
  try {
    const qcow2 = asQcow2(image);
    if (action === '') return 0;
    if (action === 'l') {
      const list = qcow2 === undefined ? [] : listSnapshots(qcow2);
      if (list.length > 0) context.stdout(`Snapshot list:\n${snapshotLines(list).join('\n')}\n`);
    } else if (action === 'c') {
      if (qcow2 === undefined)
        throw new ImgFailure(`Could not create snapshot '${name}': -95 (Operation not supported)`);
      createSnapshot(qcow2, name, { date: context.now() });
    } else {
      if (action === 'a' && (qcow2?.bitmaps.list().length ?? 0) > 0) {
        throw new ImgFailure(`Could not apply snapshot '${name}': Device has active dirty bitmaps`);
      }
      const found =
        qcow2 === undefined
          ? undefined
          : action === 'a'
            ? findSnapshot(qcow2, name)
            : // QEMU deletes by name only.
              listSnapshots(qcow2).find((each) => each.name === name);
      if (qcow2 === undefined && action === 'a') {
        // QEMU opens the image again to look for a driver that can.
        context.stderr(rawWarning(filename));
      }
      if (qcow2 === undefined || found === undefined) throw notFound(action, name, qcow2 === undefined);
      if (action === 'a') applySnapshot(qcow2, found);
      else deleteSnapshot(qcow2, found);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const what = { a: 'apply', c: 'create', d: 'delete' }[action] ?? action;
    const reason = action === 'c' ? `-${error.errno} (${error.message})` : error.message;
    throw new ImgFailure(`Could not ${what} snapshot '${name}': ${reason}`);
  } finally {
    closeChain(image);
  }
};

function notFound(action: string, name: string, unsupported: boolean): ImgFailure {
  if (action === 'a') {
    const reason = unsupported
      ? 'Block driver does not support snapshots'
      : 'Failed to load snapshot: No such file or directory';
    return new ImgFailure(`Could not apply snapshot '${name}': ${reason}`);
  }
  return new ImgFailure(`Could not delete snapshot '${name}': snapshot not found`);
}

/** Prints snapshots as a table with a line of heads. */
export function snapshotLines(snapshots: readonly Snapshot[]): string[] {
  const head = `${'ID'.padEnd(10)}${'TAG'.padEnd(17)}${'VM SIZE'.padStart(8)}${'DATE'.padStart(20)}${'VM CLOCK'.padStart(13)}${'ICOUNT'.padStart(11)}`;
  return [
    head,
    ...snapshots.map((each) => {
      const icount = each.icount === undefined ? '' : String(each.icount);
      return (
        `${each.id.padEnd(9)} ${each.name.padEnd(16)} ${humanSize(each.stateSize).padStart(8)}` +
        `${localDate(each.dateSeconds).padStart(20)}${clock(each.clockNanoseconds).padStart(13)}${icount.padStart(11)}`
      );
    }),
  ];
}

function localDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  );
}

function clock(nanoseconds: number): string {
  const seconds = Math.floor(nanoseconds / 1_000_000_000);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const milliseconds = String(Math.floor(nanoseconds / 1_000_000) % 1000).padStart(3, '0');
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}.${milliseconds}`;
}
