import type { QemuProfile } from '../engine/profile.ts';
import { schemaOf } from '../engine/schema/schema.ts';
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
}

/** Sorts the commands of a version by the way in which the built-in machine answers them. */
export function coverageOf(profile: QemuProfile): Coverage {
  const host = { emit: () => {}, exit: () => {}, clock: new SystemClock() };
  const machines = ['pc', 'none'].map((type) => new Machine(profile, host, { type, paused: true }));
  const supported = (name: string, kind: string): boolean =>
    machines.some((machine) => machine.support(name) === kind);
  // The monitor itself handles this one.
  const isHandled = (name: string): boolean => name === 'qmp_capabilities' || supported(name, 'handled');
  const names = [...schemaOf(profile).commands.keys()].toSorted();
  const handled = names.filter(isHandled);
  const recorded = names.filter((name) => !isHandled(name) && supported(name, 'recorded'));
  const checkedOnly = names.filter((name) => !handled.includes(name) && !recorded.includes(name));
  return { handled, recorded, checkedOnly };
}
