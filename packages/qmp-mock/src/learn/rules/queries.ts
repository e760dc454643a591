import { writeFileSync } from 'node:fs';
import type { Answer } from '../qemu/monitor.ts';
import { IDLE_PC, refusalIn, type ProbeContext, type Probes } from './probe.ts';

type QueryRule =
  | 'dumpProtocol'
  | 'dumpCreate'
  | 'dumpLength'
  | 'traceVcpu'
  | 'blockNodeActive'
  | 'blockNodeLimits'
  | 'blockNodeChildren'
  | 'boardDrives'
  | 'defaultSdCard'
  | 'blockFileDetails'
  | 'blockStatsTable'
  | 'blockZoneStats';

const NO_FILE = '/zz-none/zz-none';

/** Rules of commands that only ask, and of dumps. */
export const QUERY_PROBES: Probes<QueryRule> = {
  dumpProtocol: async (context) => refusalIn(await dump(context, { protocol: 'zz' })),

  async dumpCreate(context) {
    return refusalIn(await dump(context, { protocol: `file:${NO_FILE}` }), NO_FILE).replace(/: [^:]*$/, '');
  },

  async dumpLength(context) {
    const protocol = `file:${context.scratch.file('dump')}`;
    return refusalIn(await dump(context, { protocol, begin: 0, length: 0 }));
  },

  async traceVcpu({ ask }) {
    const request = { execute: 'trace-event-get-state', arguments: { name: 'qmp_*' } };
    const { message } = await ask.none(request);
    return ((message.return ?? []) as object[]).some((event) => 'vcpu' in event);
  },

  blockNodeActive: (context) => blockNodeHas(context, (node) => 'active' in node),
  blockNodeLimits: (context) =>
    blockNodeHas(context, ({ image }) => image !== undefined && 'limits' in image),
  blockNodeChildren: (context) => blockNodeHas(context, (node) => 'children' in node),

  async boardDrives(context) {
    const of = async (machine: string): Promise<{ ide: number; floppy: number; early: boolean }> => {
      const alone = await boardDrives(context, machine, 'ide', 'floppy');
      const ide = await boardDrives(context, machine, 'ide');
      const floppy = await boardDrives(context, machine, 'floppy');
      return { early: alone.floppy > floppy.floppy, floppy: floppy.floppy, ide: ide.ide };
    };
    return { pc: await of('pc'), q35: await of('q35') };
  },

  async defaultSdCard({ qemu }) {
    await using monitor = await qemu.start(['-machine', 'pc', '-display', 'none', '-S']);
    const drives = await monitor.value<{ device: string }[]>({ execute: 'query-block' });
    return drives.some(({ device }) => device === 'sd0');
  },

  async blockFileDetails({ qemu, scratch }) {
    const filename = scratch.file('image');
    writeFileSync(filename, '');
    await using monitor = await qemu.start(IDLE_PC);
    const file = { driver: 'file', 'node-name': 'node', filename };
    await monitor.value({ execute: 'blockdev-add', arguments: file });
    const nodes = await monitor.value<{ image: object }[]>({ execute: 'query-named-block-nodes' });
    return nodes.some(({ image }) => 'format-specific' in image);
  },

  async blockStatsTable({ qemu }) {
    await using monitor = await qemu.start([...IDLE_PC, '-drive', 'if=none,id=drive']);
    const line = { 'command-line': 'info blockstats' };
    const text = await monitor.value<string>({ execute: 'human-monitor-command', arguments: line });
    return text.includes('Read:');
  },

  async blockZoneStats({ qemu }) {
    await using monitor = await qemu.start(IDLE_PC);
    await monitor.value({ execute: 'blockdev-add', arguments: { driver: 'null-co', 'node-name': 'node' } });
    const found = await monitor.value<{ stats: object }[]>({
      execute: 'query-blockstats',
      arguments: { 'query-nodes': true },
    });
    return found.some(({ stats }) => 'zone_append_operations' in stats);
  },
};

const dump = ({ ask }: ProbeContext, args: object): Promise<Answer> =>
  ask.pc({ execute: 'dump-guest-memory', arguments: { paging: false, ...args } });

/** Whether the description of a block node is so. */
async function blockNodeHas(
  { qemu }: ProbeContext,
  has: (node: { image?: object }) => boolean,
): Promise<boolean> {
  await using monitor = await qemu.start(IDLE_PC);
  await monitor.value({ execute: 'blockdev-add', arguments: { driver: 'null-co', 'node-name': 'node' } });
  const nodes = await monitor.value<{ image?: object }[]>({ execute: 'query-named-block-nodes' });
  return nodes.some(has);
}

/** Numbers of the devices that a bare board makes for drives of these kinds. */
async function boardDrives(
  { qemu }: ProbeContext,
  machine: string,
  ...kinds: readonly ('ide' | 'floppy')[]
): Promise<{ ide: number; floppy: number }> {
  const drives = kinds.flatMap((kind) => ['-drive', `if=${kind}${kind === 'ide' ? ',media=cdrom' : ''}`]);
  const bare = ['-machine', `${machine},accel=tcg`, '-nodefaults', '-display', 'none', '-S'];
  await using monitor = await qemu.start([...bare, ...drives]);
  const found = await monitor.value<{ device: string; qdev?: string }[]>({ execute: 'query-block' });
  const numberOf = (kind: string): number => {
    const path = found.find(({ device }) => device.startsWith(kind))?.qdev ?? '';
    return Number(/\[(\d+)\]$/.exec(path)?.[1] ?? 0);
  };
  return { ide: numberOf('ide'), floppy: numberOf('floppy') };
}
