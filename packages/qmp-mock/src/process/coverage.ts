import type { QemuProfile } from '../engine/profile.ts';
import { schemaOf } from '../engine/schema/schema.ts';
import { machineData } from '../machine/machine-data.ts';
import { Machine } from '../machine/machine.ts';
import { SystemClock } from './node/system-clock.ts';

/** The commands of a version, by the way in which the built-in machine answers them. */
export interface Coverage {
  /**
   * Commands that a part of the machine handles: it carries them out, or refuses them as QEMU does, as far as
   * the state that it keeps goes.
   */
  readonly handled: readonly string[];
  /** Queries that get the reply which an idle machine gave when it was recorded. */
  readonly recorded: readonly string[];
  /** Commands whose arguments are checked; valid ones are then refused as not modelled. */
  readonly checkedOnly: readonly string[];
  /** The human monitor. */
  readonly human: HumanCoverage;
}

/** The human monitor's commands, or its topics of `info`, by whether they are modelled. */
interface HumanCoverage {
  /** Names that `help` lists, with whether they are modelled. */
  readonly commands: ReadonlyMap<string, boolean>;
  /** The same for `info`. */
  readonly topics: ReadonlyMap<string, boolean>;
}

/** Sorts the commands of a version by the way in which the built-in machine answers them. */
export function coverageOf(profile: QemuProfile): Coverage {
  const machines = ['pc', 'none'].map((type) => idleMachine(profile, type));
  const supported = (name: string, kind: string): boolean =>
    machines.some((machine) => machine.support(name) === kind);
  // The monitor itself handles this one.
  const isHandled = (name: string): boolean => name === 'qmp_capabilities' || supported(name, 'handled');
  const names = [...schemaOf(profile).commands.keys()].toSorted();
  const handled = names.filter(isHandled);
  const recorded = names.filter((name) => !isHandled(name) && supported(name, 'recorded'));
  const checkedOnly = names.filter((name) => !handled.includes(name) && !recorded.includes(name));
  return { handled, recorded, checkedOnly, human: humanCoverage(profile) };
}

function humanCoverage(profile: QemuProfile): HumanCoverage {
  const { humanMonitor } = idleMachine(profile, 'pc');
  const { commands, info } = machineData(profile).hmp;
  const sorted = (names: object, kind: 'command' | 'topic'): ReadonlyMap<string, boolean> =>
    new Map(Object.keys(names).map((name) => [name, humanMonitor.models(name.split('|')[0] ?? name, kind)]));
  return { commands: sorted(commands, 'command'), topics: sorted(info, 'topic') };
}

function idleMachine(profile: QemuProfile, type: string): Machine {
  const host = { emit: () => {}, exit: () => {}, clock: new SystemClock() };
  return new Machine(profile, host, { type, paused: true });
}
