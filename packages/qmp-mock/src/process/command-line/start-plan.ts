import type { MonitorInfo } from '../../machine/machine-host.ts';
import type { ColdDevice, MachineOptions } from '../../machine/machine-options.ts';
import type { ChardevSpec } from './socket-address.ts';
import type { StartOption } from './start-option.ts';

/** A step of the start, with its place on the command line. */
export interface Step<T> {
  readonly location: string;
  readonly value: T;
}

/** A chardev to open. */
export interface ChardevStep {
  readonly id: string;
  /** The requested kind, right or wrong. */
  readonly backend: string | undefined;
  /** Descriptor that it was given. */
  readonly fd: number | undefined;
  /**
   * Works out its specification. Throws QEMU's refusal.
   *
   * @param exists - Whether there is a chardev with that name already.
   */
  readonly spec: (exists: (id: string) => boolean) => ChardevSpec;
}

/** A port of the guest to connect. */
export interface PortStep {
  readonly kind: 'serial' | 'parallel' | 'debugcon';
  /** The chardev that it is on. */
  readonly id: string;
  /** The chardev to open for it; `undefined` if it uses an existing one. */
  readonly chardev?: ChardevStep | undefined;
  /** QEMU's words about an invalid short form, before the refusal. */
  readonly faults?: readonly string[] | undefined;
  /** QEMU's words if the chardev doesn't exist. */
  readonly refusal: string;
  /** Whether a human monitor shares the chardev. */
  readonly monitor: boolean;
}

/** A monitor to attach. Its id is `undefined` if QEMU makes one up. */
export interface MonitorStep extends Omit<MonitorInfo, 'id' | 'chardev'> {
  readonly id: string | undefined;
  readonly chardev: string | undefined;
  /** The value of `mode`, right or wrong. */
  readonly mode?: string | undefined;
  /** Whether refusals of it don't name a place on the command line. */
  readonly placeless?: boolean | undefined;
}

/** Everything that a command line asks for. */
export interface StartPlan {
  /** Options of the machine. */
  readonly machine: MachineOptions;
  /** All options, in their order. */
  readonly options: readonly StartOption[];
  readonly chardevs: readonly Step<ChardevStep>[];
  /** Devices to plug in, once everything that they could refer to exists. */
  readonly devices: readonly Step<ColdDevice>[];
  readonly monitors: readonly Step<MonitorStep>[];
  /** Ports of the guest, in the order in which QEMU connects them. */
  readonly ports: readonly Step<PortStep>[];
  /** First number for monitors whose id QEMU makes up: `compat_monitor2`. */
  readonly nextMonitor: number;
  /** Whether to run in the background. */
  readonly daemonize: boolean;
  readonly pidFile: string | undefined;
  /** Lines for stderr that don't keep the machine from starting. */
  readonly warnings: readonly string[];
}

/**
 * The ids of the chardevs on which QMP is spoken.
 *
 * @example
 * const isQmp = qmpChardevs(plan).has(chardev);
 */
export function qmpChardevs({ monitors }: Pick<StartPlan, 'monitors'>): ReadonlySet<string> {
  const qmp = monitors.filter(({ value }) => value.type === 'monitor-qmp');
  return new Set(qmp.flatMap(({ value: { chardev } }) => chardev ?? []));
}
