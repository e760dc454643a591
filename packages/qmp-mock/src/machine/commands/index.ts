import type { CommandFamily, MachineCommand } from '../command.ts';
import type { Machine } from '../machine.ts';
import { absent } from './absent.ts';
import { block } from './block.ts';
import { chardev } from './chardev.ts';
import { descriptors } from './descriptors.ts';
import { devices } from './devices.ts';
import { humanMonitor } from './human-monitor.ts';
import { lifecycle } from './lifecycle.ts';
import { memory } from './memory.ts';
import { migration } from './migration.ts';
import { qom } from './qom.ts';
import { recordedCommand } from './recorded.ts';
import { status } from './status.ts';
import { tracing } from './tracing.ts';

/** All commands of the built-in machine; names are disjoint. */
const COMMANDS: ReadonlyMap<string, MachineCommand> = new Map(
  [
    lifecycle,
    status,
    chardev,
    qom,
    humanMonitor,
    descriptors,
    devices,
    block,
    migration,
    memory,
    tracing,
    absent,
  ].flatMap((family: CommandFamily) => [...family]),
);

/** The command of that name, or `undefined` where neither a family nor a recorded reply has it. */
export function findCommand(machine: Machine, name: string): MachineCommand | undefined {
  return COMMANDS.get(name) ?? recordedCommand(machine, name);
}
