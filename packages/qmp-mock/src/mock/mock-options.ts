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
import type { Host } from '../process/host.ts';
import type { QemuVersionName } from '../engine/profile.ts';

/** A command that the mock does not model. */
export interface NotModelledCall {
  /** Its name. */
  readonly name: string;
  /** Its arguments. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** How a `MockQmp` is made. */
export interface MockQmpOptions {
  /**
   * Which QEMU to be: a version that the package has; `installed`, that of the QEMU that would be started, which is
   * `QMP_QEMU_BINARY`, else `qemu-system-x86_64` on `PATH`; or the path of a folder that `qmp-mock learn` wrote, with a `/` in it
   * (`./qemu-8.2`). Default: the newest that the package has, so that a suite means the same on every machine.
   */
  qemu?: QemuVersionName | 'installed' | (string & {}) | undefined;
  /** Whether the greeting offers out-of-band execution. Default true, as QEMU's does on every usual chardev. */
  oob?: boolean | undefined;
  /** Whether messages go over several lines, as with `pretty=on`. Default false. */
  pretty?: boolean | undefined;
  /**
   * QEMU's own command line, without the program's name: `['-machine', 'q35', '-m', '256M']`. It's read as QEMU reads it, and refused in
   * QEMU's words. Monitors, chardevs and files that it names are opened by `mock.start()`. Default: {@link DEFAULT_QEMU_ARGS}, a
   * machine with nothing in it.
   */
  args?: readonly string[] | undefined;
  /**
   * What becomes of a command whose answer depends on what the built-in machine does not model, if the script does not answer it.
   * `error`: the client gets a `GenericError` that says so; `empty`: it gets `{}`; a function answers it as a handler does. In each
   * case `verify()` reports it, unless `mock.expect(name).notModelled()` accepted it. Default `error`.
   */
  onNotModelled?: 'error' | 'empty' | ((call: NotModelledCall) => unknown) | undefined;
  /**
   * Other QEMU versions (or folders) that what is scripted has to suit, for example `['7.2', '10.0']`: a reply, an event or a
   * command that one of them could not have is refused where it is written. Default: none.
   */
  compat?: readonly (QemuVersionName | (string & {}))[] | undefined;
  /**
   * Whether replies and events of the script may be ones that QEMU never sends. Default false: they are refused where they are
   * written.
   */
  unchecked?: boolean | undefined;
  /**
   * Surroundings of the QEMU: makes its connections and files. Default: this process, with standard streams in memory, what is written
   * to them in the journal, and no process to end.
   */
  host?: Host | undefined;
  /**
   * Where time comes from. `manual`: delays end when `mock.clock.advance(ms)` says so; `system`: they take real time.
   * Default `manual`.
   */
  clock?: 'manual' | 'system' | Clock | undefined;
  /** How many journal entries and received commands are kept. Default 10 000. */
  journalLimit?: number | undefined;
  /**
   * How many bytes may wait for a client that does not read, before the mock cuts it off (and `verify()` says so).
   * Default 64 MiB.
   */
  unsentLimit?: number | undefined;
}

/** What each of them has to be. */
export const MOCK_OPTIONS: OptionRules<MockQmpOptions> = {
  qemu: TEXT,
  oob: BOOLEAN,
  pretty: BOOLEAN,
  args: TEXTS,
  onNotModelled: oneOf(['error', 'empty'], FUNCTION),
  compat: TEXTS,
  unchecked: BOOLEAN,
  host: objectWith('a Host', 'listen', 'dial'),
  clock: oneOf(['manual', 'system'], objectWith('a clock with now and after', 'now', 'after')),
  journalLimit: countFrom(0),
  unsentLimit: countFrom(0),
};

/** What is probably meant by names that are not among them. */
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
