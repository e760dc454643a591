import { describeNode } from '../machine/block/describe-node.ts';
import { machineRules } from '../machine/machine-rules.ts';
import { loadProfile } from '../version/load-profile.ts';
import { givenMembers, type BlockNodeInfo, type BuildOptions, type Given } from './types.ts';

/** Options of {@link blockNode}. Any further member replaces the one that QEMU would have. */
export interface BlockNodeOptions extends Given<Omit<BlockNodeInfo, 'image'>> {
  'node-name': string;
  /** Path of its file. */
  file: string;
  /** Size that the guest sees, in bytes. */
  size: number | bigint;
  /** Its driver. Default: `raw`. */
  drv?: string | undefined;
  /** Whether it is read-only. Default: false. */
  ro?: boolean | undefined;
  /** Members of `image` beside those that follow from the others. */
  image?: Given<BlockNodeInfo['image']> | undefined;
}

/** Drivers that are a file themselves, and have no node below. */
const PROTOCOLS: ReadonlySet<string> = new Set(['file', 'host_device', 'host_cdrom']);

/** Details of an image that `qemu-img create -f qcow2` makes. */
const QCOW2 = {
  'cluster-size': 65_536,
  'format-specific': {
    type: 'qcow2',
    data: {
      compat: '1.1',
      'compression-type': 'zlib',
      'lazy-refcounts': false,
      'refcount-bits': 16,
      corrupt: false,
      'extended-l2': false,
    },
  },
} as const;

/**
 * Builds an entry of `query-named-block-nodes`, which is also what `inserted` of an entry of `query-block`
 * is: a node on a file, as QEMU shows it when nothing is written yet and nothing limits it. The node below,
 * with the file, is called `<node-name>-file` where it is shown.
 *
 * @throws QemuVersionError if the version isn't there.
 * @example
 * mock.handle('query-named-block-nodes', [
 *   blockNode({ 'node-name': 'root', file: '/images/root.qcow2', size: 64 * 2 ** 20, drv: 'qcow2' }),
 * ]);
 */
export function blockNode(options: BlockNodeOptions, { qemu }: BuildOptions = {}): BlockNodeInfo {
  const { size, image, ...given } = options;
  const { 'node-name': name, file: filename, drv: driver = 'raw', ro: readOnly = false } = given;
  const rules = machineRules(loadProfile(qemu));
  const isProtocol = PROTOCOLS.has(driver);
  const shape = {
    name,
    driver,
    size,
    readOnly,
    active: true,
    filename,
    detectZeroes: 'off',
    cache: { direct: false, noFlush: false },
    children: isProtocol ? [] : [{ child: 'file', name: `${name}-file` }],
    memoryAlignment: 1,
    image: {
      'dirty-flag': false,
      ...(driver === 'qcow2' && QCOW2),
      // Versions that show whether a node is active are those that show this, too.
      ...(driver === 'file' && rules.blockNodeActive && { 'format-specific': { type: 'file', data: {} } }),
    },
  };
  const built = describeNode(shape, rules);
  const ownImage = { ...(built['image'] as object), ...givenMembers(image ?? {}) };
  return { ...built, ...givenMembers(given), image: ownImage } as unknown as BlockNodeInfo;
}
