import type { CpuSlots } from '../cpu/cpu-slots.ts';
import { commandTable, type CommandTable } from '../command.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Recording } from '../recording.ts';
import type { Board } from '../setup/board.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { DeviceMemory } from './device-memory.ts';

/** Parts of the machine that {@link OspmStatus} needs. */
export interface OspmStatusParts {
  readonly board: Board;
  readonly setup: Setup;
  readonly recording: Recording;
  readonly memory: DeviceMemory;
  readonly slots: () => CpuSlots;
  /** Id of the device of that path. */
  readonly idOf: (path: string) => string | undefined;
  /** Whether places for CPUs are told of before a guest asks for them. */
  readonly tellsCpus: boolean;
}

/** The places of a board that ACPI plugs into, and what the guest said of them (`query-acpi-ospm-status`). */
export class OspmStatus implements Subsystem {
  readonly commands: CommandTable;

  constructor({ board, setup, recording, memory, slots, idOf, tellsCpus }: OspmStatusParts) {
    this.commands = commandTable({
      'query-acpi-ospm-status': (_args, call) => {
        if (board.bare) return recording.reply('query-acpi-ospm-status');
        if (board.family?.isPc !== true) notModelled(`${call.name} of machine ${board.type}`);
        if (setup.isInDoubt('devices')) notModelled(`${call.name} after a device that is not modelled`);
        // A module that keeps what is in it is told of elsewhere.
        const modules = memory.all.filter(({ kind }) => kind === 'dimm');
        const places = Array.from({ length: memory.slots }, (_, at) => ({
          type: 'DIMM',
          device: modules.find(({ slot }) => slot === at)?.id,
        }));
        const cpus = tellsCpus
          ? slots().all.map(({ cpu }) => ({ type: 'CPU', device: idOf(cpu?.path ?? '') }))
          : [];
        return [places, cpus].flatMap((kind) =>
          kind.map(({ type, device }, slot) => ({
            ...(device !== undefined && { device }),
            slot: String(slot),
            'slot-type': type,
            source: 0,
            status: 0,
          })),
        );
      },
    });
  }
}
