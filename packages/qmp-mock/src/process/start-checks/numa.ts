import { QmpCommandError } from 'qmp-core/errors';
import { checkArguments } from '../../engine/schema/check-arguments.ts';
import { QDict } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { CpuSlots } from '../../machine/cpu/cpu-slots.ts';
import { topologyOf } from '../../machine/cpu/topology.ts';
import { CPU_RANGE, numaOption } from '../../machine/memory/numa-option.ts';
import { NO_SIZES, NumaNodes } from '../../machine/memory/numa-nodes.ts';
import { parseBoolean, parseSize } from '../command-line/qemu-opts.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartOption } from '../command-line/start-option.ts';
import type { StartContext } from './start-context.ts';

/** Numbers that fit in less than 64 bits, and in how many. */
const BITS: Readonly<Record<string, number>> = {
  nodeid: 16,
  initiator: 16,
  src: 16,
  dst: 16,
  val: 8,
  target: 16,
  level: 8,
  line: 16,
};
/** Numbers that can be negative. */
const SIGNED = /^(?!node-id$).*-id$/;
const TEXTS = /^(type|memdev|hierarchy|data-type|associativity|policy)$/;
const SIZES = /^(mem|size|bandwidth)$/;
/** Machine types on which a node may be given a size: those of before QEMU 5.1. */
const TAKE_SIZES = /^pc-(i440fx|q35)-([1-4]\.\d+|5\.0)$/;

/** `-numa` (`hw/core/numa.c`). */
export function checkNuma(context: StartContext): void {
  const options = context.of('numa');
  if (options.length === 0) return;
  const { machine, properties, preconfig } = context;
  if (machine.kind === 'none') refuse('NUMA is not supported by this machine-type', options[0]);
  if (!/^(pc|q35|isapc|microvm)$/.test(machine.kind)) notModelled(`-numa on machine ${machine.name}`);
  const room = parseSize(properties.get('memory.max-size') ?? '') ?? 0;
  const nodes = new NumaNodes({
    memory: context.memory,
    slots: new CpuSlots(topologyOf(context.options, 1)),
    backendSize: (id) => sizeOfBackend(context, id),
    hmat: parseBoolean(properties.get('hmat') ?? 'off') === true,
    takesSizes: TAKE_SIZES.test(machine.name),
    hasBackend: properties.has('memory-backend'),
    isHotpluggable: room > context.memory,
  });
  for (const option of options) {
    checkForm(context, option);
    const values = numaOption(option.argument);
    inQemuWords(() => nodes.add(values), option);
    if (values.has('mem')) {
      context.warn('Parameter -numa node,mem is deprecated, use -numa node,memdev instead', option.location);
    }
  }
  if (preconfig) return;
  for (const warning of inQemuWords(() => nodes.complete())) context.warn(warning);
}

/** Refuses values that can't be what they have to be, and members that are missing or unknown. */
function checkForm(context: StartContext, option: StartOption): void {
  for (const part of option.argument.split(',')) {
    const [, cpus] = /^cpus=(.*)$/.exec(part) ?? [];
    if (cpus === undefined) continue;
    const [, from, to = from] = CPU_RANGE.exec(cpus) ?? [];
    if (from === undefined || Number(from) > Number(to)) {
      refuse("Parameter 'cpus' expects a uint64 value or range", option);
    }
  }
  const values = numaOption(option.argument);
  for (const [name, value] of values) {
    const bits = Object.hasOwn(BITS, name) ? BITS[name] : undefined;
    if (name === 'cpus' || TEXTS.test(name)) continue;
    if (typeof value === 'string') {
      if (SIZES.test(name))
        refuse(`Parameter '${name}' expects a size value representible as a uint64`, option);
      if (bits !== undefined) refuse(`Parameter '${name}' expects a uint64 value`, option);
      if (SIGNED.test(name)) notModelled(`-numa ${option.argument}`);
    } else if (bits !== undefined && Number(value) >= 2 ** bits) {
      refuse(`Parameter '${name}' expects uint${bits}_t`, option);
    }
  }
  const refusal = checkArguments(context.schema, 'set-numa-node', new QDict(values));
  const [, surplus] = /^Parameter '(.*)' is unexpected$/.exec(refusal ?? '') ?? [];
  if (surplus !== undefined) refuse(`Invalid parameter '${surplus}'`, option);
  if (refusal !== undefined) refuse(refusal, option);
}

function inQemuWords<T>(run: () => T, option?: StartOption): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof QmpCommandError) || error.desc.startsWith('qmp-mock ')) throw error;
    const hint = error.desc === NO_SIZES ? ['Use -numa node,memdev instead'] : undefined;
    return refuse(error.desc, option, hint);
  }
}

function sizeOfBackend(context: StartContext, id: string): number | undefined {
  const backend = context.of('object').find((object) => object.get('id') === id);
  if (backend?.get('qom-type')?.startsWith('memory-backend-') !== true) return undefined;
  return parseSize(backend.get('size') ?? '') ?? 0;
}
