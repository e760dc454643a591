import { notModelled } from '../../../engine/not-modelled.ts';
import { genericError } from '../../command.ts';
import type { ImageFiles } from '../image/byte-file.ts';
import { openCopyOnRead } from './drivers/copy-on-read.ts';
import { openFile } from './drivers/file.ts';
import { openNull } from './drivers/null.ts';
import { passThrough } from './drivers/pass-through.ts';
import { openQcow2 } from './drivers/qcow2.ts';
import { openRaw } from './drivers/raw.ts';
import { openThrottle, type ThrottleGroups } from './drivers/throttle.ts';
import type { BlockNode, EdgeRole, NodeDriver, OpenRequest } from './node.ts';

/** Everything that drivers need of the program around the graph. */
export interface DriverContext {
  /** Opens files. If it is left out, nodes with files aren't modelled. */
  readonly files: ImageFiles | undefined;
  readonly throttleGroups: ThrottleGroups;
  /** Whether the version shows an empty `format-specific` of files. */
  readonly showsFileDetails: boolean;
}

/** A driver as the graph opens nodes with it. */
export interface DriverEntry {
  /** Role of its child `file`; `undefined` for a driver that has its data itself. */
  readonly file?: ((request: OpenRequest) => EdgeRole) | undefined;
  /** Whether it can have a backing node. */
  readonly backing?: boolean | undefined;
  /** Whether it is a protocol: it is opened by a file name. */
  readonly isProtocol?: boolean | undefined;
  open(context: DriverContext, request: OpenRequest, child: () => BlockNode): NodeDriver;
}

const FILTERED = (): EdgeRole => 'filtered';

function filter(name: string): DriverEntry {
  return { file: FILTERED, open: (_context, _request, child) => passThrough(name, child) };
}

/** Refusals of formats about data that is anything but theirs, for example zeros. */
const NOT_IN_FORMAT = new Map([
  ['qed', 'Image not in QED format'],
  ['vmdk', 'invalid VMDK image descriptor'],
]);

function refusesNull(name: string, refusal: string): DriverEntry {
  return {
    file: () => 'storage',
    open(_context, _request, child) {
      if (child().driver.startsWith('null-')) throw genericError(refusal);
      notModelled(`the block driver ${name}`);
    },
  };
}

/** Drivers by name. */
export const DRIVERS: Map<string, DriverEntry> = new Map<string, DriverEntry>([
  ['null-co', { isProtocol: true, open: (_context, request) => openNull('null-co', request) }],
  ['null-aio', { isProtocol: true, open: (_context, request) => openNull('null-aio', request) }],
  [
    'file',
    {
      isProtocol: true,
      open: ({ files, showsFileDetails }, request) => openFile(files, request, showsFileDetails),
    },
  ],
  [
    'raw',
    {
      file: ({ options }) =>
        options.has('size') || Number(options.get('offset') ?? 0) !== 0 ? 'data' : 'filtered',
      open: (_context, request, child) => openRaw(request, child),
    },
  ],
  [
    'qcow2',
    {
      file: () => 'storage',
      backing: true,
      open: ({ files }, request, child) => openQcow2(files, request, child),
    },
  ],
  [
    'throttle',
    {
      file: FILTERED,
      open: ({ throttleGroups }, request, child) => openThrottle(throttleGroups, request, child),
    },
  ],
  ['copy-on-read', { file: FILTERED, open: (_context, { node }, child) => openCopyOnRead(node, child) }],
  ['compress', filter('compress')],
  ...[...NOT_IN_FORMAT].map(([name, refusal]) => [name, refusesNull(name, refusal)] as const),
]);
