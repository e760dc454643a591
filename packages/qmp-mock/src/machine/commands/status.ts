import { PrintOnce } from '../../engine/json/printer.ts';
import { QDict } from '../../engine/json/value.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import { schemaOf, type Schema } from '../../engine/schema/schema.ts';
import { family, genericError, textOf, type CommandFamily } from '../command.ts';
import type { Machine } from '../machine.ts';
import { QomTree } from '../qom-tree.ts';
import { recordedReply, recordedValue } from './recorded.ts';

const schemaReplies = new WeakMap<Schema, PrintOnce>();

/** The reply to `query-qmp-schema`: large and always the same, so printed once for each version. */
function schemaReply(profile: QemuProfile): PrintOnce {
  const schema = schemaOf(profile);
  let reply = schemaReplies.get(schema);
  if (reply === undefined) {
    reply = new PrintOnce(JSON.parse(schema.queryQmpSchemaText()));
    schemaReplies.set(schema, reply);
  }
  return reply;
}

/** QEMU's `query-name`: no member where the machine has no name. */
function nameOf(machine: Machine): { name?: string } {
  const { name } = machine.options;
  return name === undefined ? {} : { name };
}

/** The UUID of the machine, all zeros where it was given none. */
export function uuidOf(machine: Machine): string {
  return machine.options.uuid ?? '00000000-0000-0000-0000-000000000000';
}

const MIB = 1024 * 1024;

/** Number of the first CPU's thread; a mock has none. */
const FIRST_THREAD = 1000;

/** Bytes of memory that the guest has. */
export function memoryOf(machine: Machine): number {
  return machine.bare ? 0 : (machine.options.memory ?? 128) * MIB;
}

/**
 * What the machine is, and how it is doing. Members of a reply stand in the order of the schema: where two share a place in
 * QEMU's hash table, that decides which is printed first.
 */
export const status: CommandFamily = family({
  'query-status': (machine) => ({
    running: machine.power.running,
    ...(machine.profile.rules.statusHasSinglestep && { singlestep: false }),
    status: machine.power.state,
  }),
  'query-name': nameOf,
  'query-uuid': (machine) => ({ UUID: uuidOf(machine) }),
  'query-version': (machine) => {
    const { qemu, package: name } = machine.profile.version;
    return { qemu: { major: qemu.major, minor: qemu.minor, micro: qemu.micro }, package: name };
  },
  'query-commands': (machine) =>
    schemaOf(machine.profile)
      .commandNames()
      .map((name) => ({ name })),
  'query-qmp-schema': (machine) => schemaReply(machine.profile),
  'query-current-machine': (machine) => ({ 'wakeup-suspend-support': machine.canSuspend }),
  'query-memory-size-summary': (machine) => ({
    'base-memory': memoryOf(machine),
    'plugged-memory': 0,
  }),
  'query-memdev': (machine) => {
    const tree = machine.store(QomTree);
    tree.touchObjects();
    return tree
      .list('/objects')
      .filter(({ type }) => type.startsWith('child<memory-backend-'))
      .map(({ name, type }) => memoryBackend(machine, name, type.includes('-memfd')));
  },
  'query-cpus-fast': (machine) => {
    const [cpu] = listOf(recordedValue(machine, 'query-cpus-fast'));
    if (cpu === undefined) return [];
    return cpus(machine, cpu).map(
      (item, index) => new QDict([...item, ['cpu-index', index], ['thread-id', FIRST_THREAD + index]]),
    );
  },
  'query-hotpluggable-cpus': (machine) => {
    // Machine `none` refuses this, so the recorded reply is the answer there.
    const reply = recordedReply(machine, 'query-hotpluggable-cpus');
    const [cpu] = listOf(reply);
    if (cpu === undefined) return reply;
    const all = cpus(machine, cpu).toReversed();
    // Before the machine is made there are places for CPUs, but no CPUs.
    if (machine.preconfig) for (const item of all) item.delete('qom-path');
    return all;
  },
  'query-command-line-options': (machine, args) => {
    const all = listOf(recordedValue(machine, 'query-command-line-options'));
    const option = args.get('option');
    if (option === undefined) return all;
    if (option === '') return [{ option: '', parameters: [] }];
    const found = all.find((entry) => entry.get('option') === option);
    if (found === undefined) throw genericError(`invalid option name: ${textOf(args, 'option')}`);
    return [found];
  },
});

function listOf(value: unknown): QDict[] {
  return Array.isArray(value) ? value.filter((item) => item instanceof QDict) : [];
}

/** A memory backend as `query-memdev` shows it: the memory of the machine, or an object that was added. */
function memoryBackend(machine: Machine, id: string, shared: boolean): Record<string, unknown> {
  const { properties } = machine.store(QomTree).added.get(id) ?? {};
  const setting = (name: string, otherwise: unknown): unknown => properties?.get(name)?.value ?? otherwise;
  return {
    id,
    size: setting('size', memoryOf(machine)),
    merge: setting('merge', true),
    dump: setting('dump', true),
    prealloc: setting('prealloc', false),
    share: setting('share', shared),
    reserve: setting('reserve', true),
    'host-nodes': setting('host-nodes', []),
    policy: setting('policy', 'default'),
  };
}

/** A recorded CPU, once for each that the machine has. */
function cpus(machine: Machine, cpu: QDict): QDict[] {
  return Array.from({ length: machine.options.cpus ?? 1 }, (_, index) => {
    const props = new QDict([...(cpu.get('props') as QDict), ['core-id', index]]);
    return new QDict([...cpu, ['qom-path', cpuPath(index)], ['props', props]]);
  });
}

/** The first CPU is the first device; between it and the others comes its APIC. */
function cpuPath(index: number): string {
  return `/machine/unattached/device[${index === 0 ? 0 : index + 1}]`;
}
