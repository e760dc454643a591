import {
  BOOLEAN,
  countFrom,
  FUNCTION,
  objectWith,
  oneOf,
  TEXT,
  TEXTS,
  type OptionRules,
} from 'qmp-core/internal';
import type { Clock } from '../engine/clock.ts';
import { GUEST_KINDS, type GuestKind } from '../machine/guest/consent.ts';
import type { Host } from '../process/host.ts';
import type { QemuVersionName } from '../engine/profile.ts';

/** A call of a command that the mock doesn't model. */
export interface NotModelledCall {
  /** Its name. */
  readonly name: string;
  /** Its arguments. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Options of {@link MockQmp}. */
export interface MockQmpOptions {
  /**
   * The QEMU version to imitate. It is a version that the package has; or `installed`, the version of
   * `QMP_QEMU_BINARY`, else of `qemu-system-x86_64` on `PATH`; or the path of a folder that `qmp-mock learn`
   * wrote, with a `/` in it (`./qemu-8.2`). Default: the newest version that the package has, so that a suite
   * means the same on every machine.
   */
  qemu?: QemuVersionName | 'installed' | (string & {}) | undefined;
  /**
   * Whether the greeting offers out-of-band execution. Default true, as in QEMU's greeting on every usual
   * chardev.
   */
  oob?: boolean | undefined;
  /** Whether to spread messages over several lines, as with `pretty=on`. Default false. */
  pretty?: boolean | undefined;
  /**
   * QEMU's own command line, without the program's name: `['-machine', 'q35', '-m', '256M']`. The mock reads
   * it as QEMU does, and refuses it in QEMU's words. `mock.start()` opens the monitors, chardevs and files
   * that it names. Default: {@link DEFAULT_QEMU_ARGS}, an empty machine.
   */
  args?: readonly string[] | undefined;
  /**
   * Kind of guest that the machine has. An `obedient` one does what it's asked to: a device that `device_del`
   * names leaves once the reply is out. A `deaf` one doesn't listen. With `none` the machine boots nothing,
   * as a real QEMU in a test usually does. `mock.machine.guest` says more, while the machine runs. Default
   * `obedient`.
   */
  guest?: GuestKind | undefined;
  /**
   * Answer to a command that neither the script answers nor the built-in machine models. `error`: the client
   * gets a `GenericError` that says so. `empty`: it gets `{}`. A function answers as a handler does. In each
   * case `verify()` reports the command, unless `mock.expect(name).notModelled()` accepted it. Default
   * `error`.
   */
  onNotModelled?: 'error' | 'empty' | ((call: NotModelledCall) => unknown) | undefined;
  /**
   * Other QEMU versions (or folders) that the script has to suit, for example `['7.2', '10.0']`. The mock
   * refuses a scripted reply, event or command that one of them couldn't have, where the test writes it.
   * Default: the script has to suit the mock's own version only.
   */
  compat?: readonly (QemuVersionName | (string & {}))[] | undefined;
  /**
   * Whether the script may send replies and events that QEMU never sends. Default false: the mock refuses
   * them where the test writes them.
   */
  unchecked?: boolean | undefined;
  /**
   * Host of the QEMU, which makes its connections and files. Default: this process, with standard streams in
   * memory whose output is noted in the journal, and without a process to end.
   */
  host?: Host | undefined;
  /**
   * The clock. With `manual`, delays end when the test calls `mock.clock.advance(ms)`. With `system`, they
   * take real time. Default `manual`.
   */
  clock?: 'manual' | 'system' | Clock | undefined;
  /** Number of journal entries and received commands to keep. Default 10 000. */
  journalLimit?: number | undefined;
  /**
   * Bytes that may wait for a client that doesn't read. Beyond that the mock cuts the client off, and
   * `verify()` says so. Default 64 MiB.
   */
  unsentLimit?: number | undefined;
}

/** A rule for each option. */
export const MOCK_OPTIONS: OptionRules<MockQmpOptions> = {
  qemu: TEXT,
  oob: BOOLEAN,
  pretty: BOOLEAN,
  args: TEXTS,
  guest: oneOf(GUEST_KINDS),
  onNotModelled: oneOf(['error', 'empty'], FUNCTION),
  compat: TEXTS,
  unchecked: BOOLEAN,
  host: objectWith('a Host', 'listen', 'dial'),
  clock: oneOf(['manual', 'system'], objectWith('a clock with now and after', 'now', 'after')),
  journalLimit: countFrom(0),
  unsentLimit: countFrom(0),
};

/** Wrong names, with the option that is probably meant. */
export const MEANT_MOCK_OPTIONS: Readonly<Record<string, string>> = {
  version: 'qemu',
  qemuVersion: 'qemu',
  machine: 'args',
  commandLine: 'args',
  onUnhandledCommand: 'onNotModelled',
};

/** The defaults of the limits. */
export const LIMITS: { readonly journal: number; readonly unsent: number } = {
  journal: 10_000,
  unsent: 64 * 1024 * 1024,
};
