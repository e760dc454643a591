import { QmpCommandError } from 'qmp-core';
import { MockClock } from '../../src/mock/mock-clock.ts';
import { fromPlain, toPlain } from '../../src/engine/json/plain.ts';
import { printCompact } from '../../src/engine/json/printer.ts';
import type { QDict } from '../../src/engine/json/value.ts';
import { Dispatcher, type ScriptLayer } from '../../src/machine/dispatcher.ts';
import { Machine } from '../../src/machine/machine.ts';
import type { MachineHost } from '../../src/machine/machine-host.ts';
import type { MachineOptions } from '../../src/machine/machine-options.ts';
import type { CommandCall } from '../../src/engine/monitor/command-host.ts';
import { loadProfile, loadSchema } from '../../src/version/load-profile.ts';
import { NEWEST } from './versions.ts';
import { checkArguments } from '../../src/engine/schema/check-arguments.ts';

/** A machine on a bench: what it sends and answers is written down in order. */
export interface MachineBench {
  readonly machine: Machine;
  readonly clock: MockClock;
  /** Events (`STOP`, or `RESET {…}`), replies, and `exit N`, in the order in which they came. */
  readonly log: string[];
  /** Runs a command as a monitor would; gives its reply: the value, or `Class: desc`. */
  send(name: string, args?: Record<string, unknown>): unknown;
}

/** Puts a machine on the bench. */
export function machineBench(
  options: MachineOptions & { qemu?: string; host?: Partial<MachineHost>; script?: ScriptLayer } = {},
): MachineBench {
  const { qemu = NEWEST, host, script, ...machineOptions } = options;
  const log: string[] = [];
  const clock = new MockClock({ time: 0 });
  const machine = new Machine(
    loadProfile(qemu),
    {
      emit: (event, data) => log.push(data === undefined ? event : `${event} ${JSON.stringify(data)}`),
      exit: (code) => log.push(`exit ${code}`),
      clock,
      ...host,
    },
    machineOptions,
  );
  const schema = loadSchema(qemu);
  const dispatcher = new Dispatcher({
    machine,
    script,
    schema: {
      find: (name) => schema.commands.get(name),
      check: (name, args) => checkArguments(schema, name, args),
    },
  });
  const send = (name: string, given: Record<string, unknown> = {}): unknown => {
    const args = fromPlain(given) as QDict;
    const after: (() => void)[] = [];
    const session = { negotiated: true, oobEnabled: false };
    const call = { name, args, oob: false, session, afterReply: (action: () => void) => after.push(action) };
    const reply = answer(dispatcher, call as unknown as CommandCall);
    log.push(typeof reply === 'string' ? reply : printCompact(reply));
    const replied = (): void => after.forEach((action) => action());
    if (reply instanceof Promise) return reply.finally(replied);
    replied();
    return reply;
  };
  return { machine, clock, log, send };
}

function answer(dispatcher: Dispatcher, call: CommandCall): unknown {
  const { name, args } = call;
  if (dispatcher.find(name) === undefined) return `CommandNotFound: ${name}`;
  const forbidden = dispatcher.forbid(name);
  if (forbidden !== undefined) return `${forbidden.class}: ${forbidden.desc}`;
  const refusal = dispatcher.check(name, args);
  if (refusal !== undefined) return `GenericError: ${refusal}`;
  try {
    const result = dispatcher.run(call);
    return result instanceof Promise ? result : plain(result);
  } catch (error) {
    if (error instanceof QmpCommandError) return `${error.class}: ${error.desc}`;
    throw error;
  }
}

/** Replies are plain data, `QValue`s, or a mixture. */
function plain(value: unknown): unknown {
  return toPlain(fromPlain(value));
}
