import { QmpCommandError } from 'qmp-core';
import type { MachineCommand } from '../command.ts';
import type { Machine } from '../machine.ts';
import { recordedQueries } from '../recorded-queries.ts';

/** Queries without arguments that nothing else answers: what an idle machine of the version answered. */
export function recordedCommand(machine: Machine, name: string): MachineCommand | undefined {
  const reply = recordedQueries(machine.profile).reply(machine.type, name);
  if (reply === undefined) return undefined;
  return () => recordedReply(machine, name);
}

/** The recorded reply of a query; throws where it is a refusal. */
export function recordedReply(machine: Machine, name: string): unknown {
  const reply = recordedQueries(machine.profile).reply(machine.type, name);
  if (reply === undefined) return undefined;
  if ('error' in reply) throw new QmpCommandError(reply.error.class, reply.error.desc);
  return reply.value;
}

/** The recorded value of a query, for commands that show a part of it. */
export function recordedValue(machine: Machine, name: string): unknown {
  const reply = recordedQueries(machine.profile).reply(machine.type, name);
  return reply !== undefined && 'value' in reply ? reply.value : undefined;
}
