import { notModelled } from '../../../engine/not-modelled.ts';
import { genericError, textOf } from '../../command.ts';
import type { ImageFiles } from '../image/byte-file.ts';
import { FOREIGN_FORMATS } from '../image/foreign/index.ts';
import { openCopyOnRead } from './drivers/copy-on-read.ts';
import { openFile } from './drivers/file.ts';
import { openNbd } from './drivers/nbd.ts';
import { openNull } from './drivers/null.ts';
import { openQuorum } from './drivers/quorum.ts';
import { passThrough } from './drivers/pass-through.ts';
import { openQcow2 } from './drivers/qcow2.ts';
import { openRaw } from './drivers/raw.ts';
import { openSized } from './drivers/sized.ts';
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
  /** Name of that child. Default: `file`. */
  readonly childName?: string | undefined;
  /** Whether it has a list of children. */
  readonly isList?: boolean | undefined;
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

function foreign(name: string): DriverEntry {
  return { file: () => 'storage', open: (_context, request, child) => openSized(name, request, child) };
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
    'host_device',
    {
      isProtocol: true,
      open({ files }, request) {
        const path = textOf(request.options, 'filename');
        openFile(files, request, false).close?.();
        throw genericError(
          `'host_device' driver requires '${path}' to be either a character or block device`,
        );
      },
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
  [
    'compress',
    {
      file: FILTERED,
      open(_context, _request, child) {
        const below = child();
        if (below.behaviour.compresses !== true) {
          throw genericError(`Compression is not supported for underlying format: ${below.driver}`);
        }
        const alignment = below.behaviour.limits?.()['discard-alignment'];
        return { ...passThrough('compress', child), limits: () => ({ 'request-alignment': alignment }) };
      },
    },
  ],
  ['nbd', { isProtocol: true, open: ({ files }, request) => openNbd(files, request) }],
  ['preallocate', filter('preallocate')],
  [
    'blkdebug',
    {
      childName: 'image',
      file: FILTERED,
      open(_context, { options }, child) {
        const known = ['driver', 'node-name', 'image', 'read-only', 'cache', 'discard', 'auto-read-only'];
        if ([...options.keys()].some((name) => !known.includes(name))) notModelled('rules of blkdebug');
        const below = passThrough('blkdebug', child);
        return { ...below, imageInfo: () => ({}), allocatedSize: () => 'unknown' };
      },
    },
  ],
  ['quorum', { isList: true, open: (_context, request) => openQuorum(request) }],
  ...FOREIGN_FORMATS.map((name) => [name, foreign(name)] as const),
]);
