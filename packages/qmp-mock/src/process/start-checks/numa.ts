import type { StartOption } from '../command-line/start-option.ts';
import { parseSize } from '../command-line/qemu-opts.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';
import { topologyOf } from './topology.ts';

const TYPES = ['node', 'dist', 'cpu', 'hmat-lb', 'hmat-cache'];
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  node: ['nodeid', 'cpus', 'mem', 'memdev', 'initiator'],
  dist: ['src', 'dst', 'val'],
};
/** Most nodes (`MAX_NODES`). */
const MOST = 128;

interface Node {
  readonly memory: number;
  readonly memdev: string | undefined;
}

/** `-numa` (`hw/core/numa.c`). */
export function checkNuma(context: StartContext): void {
  const options = context.of('numa');
  if (options.length === 0) return;
  if (!/^(pc|q35)$/.test(context.machine.kind)) notModelled(`-numa on machine ${context.machine.name}`);
  const nodes = new Map<number, Node>();
  for (const option of options) {
    const type = option.get('type') ?? '';
    if (!TYPES.includes(type)) refuse(`Parameter 'type' does not accept value '${type}'`, option);
    for (const name of option.values.keys()) {
      if (name === 'type' || MEMBERS[type]?.includes(name) !== false) continue;
      refuse(`Invalid parameter '${name}'`, option);
    }
    if (type === 'node') readNode(context, option, nodes);
    else if (type === 'dist') checkDistance(option, nodes);
    else checkOther(context, option, type, nodes);
  }
  checkNodes(context, nodes);
}

function readNode(context: StartContext, option: StartOption, nodes: Map<number, Node>): void {
  const { values } = option;
  const given = values.get('nodeid');
  if (given !== undefined && !/^\d+$/.test(given))
    refuse("Parameter 'nodeid' expects a uint64 value", option);
  const id = given === undefined ? nodes.size : Number(given);
  if (id >= MOST) refuse(`Max number of NUMA nodes reached: ${id}`, option);
  if (nodes.has(id)) refuse(`Duplicate NUMA nodeid: ${id}`, option);
  checkCpuIndices(context, option);
  const [memory, memdev] = [values.get('mem'), values.get('memdev')];
  if (memory !== undefined && memdev !== undefined) {
    refuse('numa configuration should use either mem= or memdev=,mixing both is not allowed', option);
  }
  if (memory !== undefined) {
    // Versions of the machine before 5.1 take it.
    if (/-[1-4]\.\d+$|-5\.0$/.test(context.machine.name)) notModelled('-numa node,mem=');
    refuse('Parameter -numa node,mem is not supported by this machine type', option, [
      'Use -numa node,memdev instead',
    ]);
  }
  const backend = context.of('object').find((object) => object.get('id') === memdev);
  if (memdev !== undefined && backend?.get('qom-type')?.startsWith('memory-backend-') !== true) {
    refuse(`memdev=${memdev} is ambiguous`, option);
  }
  nodes.set(id, { memory: parseSize(backend?.get('size') ?? '0') ?? 0, memdev });
}

function checkCpuIndices(context: StartContext, option: StartOption): void {
  const cpus = option.get('cpus');
  if (cpus === undefined) return;
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(cpus) ?? [];
  if (from === undefined) refuse("Parameter 'cpus' expects a uint64 value or range", option);
  const most = topologyOf(context).get('maxcpus') ?? 1;
  for (let index = Number(from); index <= Number(to); index += 1) {
    if (index >= most) refuse(`CPU index (${index}) should be smaller than maxcpus (${most})`, option);
  }
}

function checkDistance(option: StartOption, nodes: ReadonlyMap<number, Node>): void {
  const [source, target, value] = ['src', 'dst', 'val'].map((name) => Number(option.get(name)));
  if (source === undefined || target === undefined || value === undefined) return;
  if (!nodes.has(source) || !nodes.has(target)) {
    refuse(
      "Source/Destination NUMA node is missing. Please use '-numa node' option to declare it first.",
      option,
    );
  }
  if (value < 10) refuse(`NUMA distance (${value}) is invalid, it shouldn't be less than 10.`, option);
  if (source === target && value !== 10) notModelled('a distance of a NUMA node to itself');
}

function checkOther(
  context: StartContext,
  option: StartOption,
  type: string,
  nodes: ReadonlyMap<number, Node>,
): void {
  if (type !== 'cpu') notModelled(`-numa ${type}`);
  const sockets = topologyOf(context).get('sockets') ?? 1;
  const socket = option.get('socket-id');
  const id = option.get('node-id');
  if (id === undefined) refuse("Parameter 'node-id' is missing", option);
  if (!nodes.has(Number(id))) {
    refuse(
      `Invalid node-id=${id}, NUMA node must be defined with -numa node,nodeid=ID before it's used with -numa cpu,node-id=ID`,
      option,
    );
  }
  if (socket !== undefined && Number(socket) >= sockets) refuse('no match found', option);
}

function checkNodes(context: StartContext, nodes: ReadonlyMap<number, Node>): void {
  const ids = [...nodes.keys()];
  const greatest = Math.max(...ids);
  for (let id = 0; id < greatest; id += 1) if (!nodes.has(id)) refuse(`numa: Node ID missing: ${id}`);
  const devices = [...nodes.values()].flatMap(({ memdev }) => memdev ?? []);
  if (context.properties.has('memory-backend')) notModelled('-numa with memory-backend=');
  const total = [...nodes.values()].reduce((sum, { memory }) => sum + memory, 0);
  if (total !== context.memory) {
    refuse(
      `total memory for NUMA nodes (0x${total.toString(16)}) should equal RAM size (0x${context.memory.toString(16)})`,
    );
  }
  const twice = devices.find((id, at) => devices.indexOf(id) !== at);
  if (twice !== undefined) refuse(`memory backend ${twice} can't be used multiple times.`);
}
