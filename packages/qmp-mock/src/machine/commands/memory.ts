import type { QDict } from '../../engine/json/value.ts';
import { family, genericError, type CommandFamily } from '../command.ts';
import { DescriptorTable } from '../descriptor-table.ts';
import type { Machine } from '../machine.ts';
import { recordedReply } from './recorded.ts';

/** How much of the guest's memory is copied in one millisecond, in bytes. */
const BYTES_PER_MS = 32 * 1024 * 1024;

/** The guest's memory (`qapi/machine.json`, `qapi/dump.json`). Its contents are not part of the mock. */
export const memory: CommandFamily = family({
  pmemsave: (machine, args) => copied(machine, args),
  memsave: (machine, args) => {
    const cpu = Number(args.get('cpu-index') ?? 0);
    if (machine.bare || cpu >= (machine.options.cpus ?? 1) || cpu < 0) {
      throw genericError("Parameter 'cpu-index' expects a CPU number");
    }
    if ((args.get('size') as number) < 0) {
      const address = BigInt(args.get('val') as number)
        .toString(16)
        .padStart(16, '0');
      const size = BigInt.asUintN(64, BigInt(args.get('size') as number));
      throw genericError(`Invalid addr 0x${address}/size ${size} specified`);
    }
    return copied(machine, args);
  },
  'dump-guest-memory': (machine, args) => {
    throw genericError(dumpRefusal(machine, args));
  },
  'query-dump': (machine) => recordedReply(machine, 'query-dump'),
});

/** Answers when a copy of that size would be done; a command that takes its time lets others overtake it. */
function copied(machine: Machine, args: QDict): Promise<object> | object {
  const refusal = fileRefusal(machine, args.get('filename') as string, "Could not open '%'");
  if (refusal !== undefined) throw genericError(refusal);
  const ms = Number(args.get('size')) / BYTES_PER_MS;
  if (!(ms >= 1)) return {};
  return new Promise((resolve) => {
    machine.host.clock.after(ms, () => resolve({}));
  });
}

/** The refusal of a file that cannot be made; the mock writes none, and asks its host whether it could. */
function fileRefusal(machine: Machine, path: string, text: string): string | undefined {
  const reason = machine.host.whyNotWritable?.(path);
  return reason === undefined ? undefined : `${text.replace('%', () => path)}: ${reason}`;
}

/** QEMU's checks of `dump-guest-memory`, in its order. */
function dumpRefusal(machine: Machine, args: QDict): string {
  const protocol = args.get('protocol') as string;
  const format = (args.get('format') as string | undefined) ?? 'elf';
  const { rules } = machine;
  if (format !== 'elf' && (args.get('paging') === true || args.has('begin') || args.has('length'))) {
    return "kdump-compressed format doesn't support paging or filter";
  }
  if (args.has('begin') && !args.has('length')) return "Parameter 'length' is missing";
  if (!args.has('begin') && args.has('length')) return "Parameter 'begin' is missing";
  if (protocol.startsWith('fd:')) {
    const name = protocol.slice('fd:'.length);
    if (!machine.store(DescriptorTable).hasNamed(name)) {
      return `File descriptor named '${name}' has not been found`;
    }
  } else if (protocol.startsWith('file:')) {
    const refusal = fileRefusal(machine, protocol.slice('file:'.length), rules.dumpCreate);
    if (refusal !== undefined) return refusal;
  } else {
    return rules.dumpProtocol;
  }
  if (machine.bare) return 'dump: no guest memory to dump';
  if (args.get('length') === 0) return rules.dumpLength;
  return 'The mock cannot dump the memory of a guest; script an answer to it';
}
