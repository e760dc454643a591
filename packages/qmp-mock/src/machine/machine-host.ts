import type { Clock } from '../engine/clock.ts';
import type { QDict } from '../engine/json/value.ts';
import type { Conversation } from '../engine/monitor/command-host.ts';
import type { HotDrives } from './block/cold-drive.ts';
import type { ImageFiles } from './block/image/byte-file.ts';
import type { NbdHost } from './block/nbd/nbd-host.ts';
import type { LookAtPort } from './net/host-ports.ts';
import type { VncHost } from './ui/vnc/vnc-servers.ts';

/** A chardev in `query-chardev`. */
export interface ChardevInfo {
  /** Its id, as `-chardev id=` gives it. */
  readonly label: string;
  /** QEMU's description, for example `unix:/tmp/q.sock,server=on` or `disconnected:unix:…`. */
  readonly filename: string;
  /** Whether something (a monitor) is attached to it and open. */
  readonly frontendOpen: boolean;
  /** Whether something is attached to it, open or not: it cannot be removed then. */
  readonly busy?: boolean | undefined;
  /** QEMU's name for its kind, for example `socket` or `stdio`. Default `socket`. */
  readonly kind?: string | undefined;
}

/**
 * The chardevs that a machine's commands see and change. A program that serves real sockets implements all
 * of it; without `add` and `remove`, `chardev-add` of a socket is refused.
 */
export interface ChardevRegistry {
  /** Every chardev, in the order in which they came. */
  list(): readonly ChardevInfo[];
  /**
   * Opens one more. `backend` has passed the schema's check. Throws an `Error` whose message is QEMU's text
   * (without `Failed to add chardev …`) if it cannot, or rejects with one.
   */
  add?(id: string, backend: QDict): void | Promise<void>;
  /** Closes and forgets one. */
  remove?(id: string): void;
  /** Breaks the connection of one (`yank`); it stays, and takes the next client. */
  yank?(id: string): void;
}

/** A monitor object: `-mon`, `-qmp`, `-object monitor-qmp`. */
export interface MonitorInfo {
  /** Its id: `compat_monitor0`, or what the user called it. */
  readonly id: string;
  /** Its kind. */
  readonly type: 'monitor-qmp' | 'monitor-hmp';
  /** The chardev that it talks through. */
  readonly chardev: string;
  /** Whether it prints its output over several lines. */
  readonly pretty?: boolean | undefined;
  /** Its fate when its client leaves (11.1). */
  readonly closeAction?: 'none' | 'delete' | undefined;
}

/** The monitors of a machine. */
export interface MonitorRegistry {
  /** Every monitor, in the order in which they came. */
  list(): readonly MonitorInfo[];
  /** The id of the monitor that a conversation belongs to. */
  idOf(session: Conversation): string | undefined;
  /** Attaches one more to a chardev. Throws an `Error` with QEMU's text if it cannot. */
  add?(monitor: MonitorInfo): void;
  /** Detaches one and ends its conversation. */
  remove?(id: string): void;
}

/** Source of descriptors that were passed over a monitor's socket with SCM_RIGHTS. */
export interface DescriptorInbox {
  /**
   * Takes the one that waits for the next `getfd` or `add-fd`, or gives `undefined` if there is none. Throws
   * what says that it isn't modelled if there may be one that can't be seen.
   */
  take(session: Conversation): number | undefined;
  /** Closes one. */
  close(fd: number): void;
}

/** The program around a {@link Machine}. Only the first three members are required. */
export interface MachineHost {
  /** Sends an event to every negotiated monitor. */
  emit(event: string, data?: Record<string, unknown>): void;
  /**
   * The machine has ended: close every monitor, once what is queued for them has been sent.
   * @param code - Exit status of the process: 0 after `quit`, a signal, or a guest shutdown.
   */
  exit(code: number): void;
  /** The machine cannot go on: QEMU would print this on stderr, and end with status 1. */
  fail?(message: string): void;
  /** Says something on standard error, in QEMU's words, beside which the machine goes on. */
  warn?(text: string): void;
  /** The clock. */
  readonly clock: Clock;
  /** Chardevs, for `query-chardev`, `chardev-add` and their kin. */
  readonly chardevs?: ChardevRegistry | undefined;
  /** Monitors, for `object-add monitor-qmp` and `qom-list`. */
  readonly monitors?: MonitorRegistry | undefined;
  /** Sockets of NBD servers. If it is left out, NBD servers are not modelled. */
  readonly nbd?: NbdHost | undefined;
  /** Descriptors passed by clients. */
  readonly descriptors?: DescriptorInbox | undefined;
  /** Sockets of VNC servers. If it is left out, they listen nowhere. */
  readonly vnc?: VncHost | undefined;
  /** Tells whether there is KVM. If it is left out, there is. */
  hasKvm?(): boolean;
  /** Reason why a file could not be written (`No such file or directory`), or `undefined` if it could. */
  whyNotWritable?(path: string): string | undefined;
  /** Writes a file that can be written. If it is left out, whatever writes one is not modelled. */
  writeFile?(path: string, bytes: Uint8Array): void;
  /**
   * Reason why a file could not be opened (`No such file or directory`), or `undefined` if it could. If it is
   * left out, whatever depends on a file is not modelled.
   */
  whyNotOpened?(path: string): string | undefined;
  /** Prints a line on stdout. If it is left out, nobody reads it. */
  print?(line: string): void;
  /** Ids of threads, which iothreads are said to be. Default: ids that nobody has. */
  readonly threads?: readonly number[] | undefined;
  /** Reads what `drive_add` describes. If it's left out, that isn't modelled. */
  readonly hotDrives?: HotDrives | undefined;
  /** Opens disk images. If it is left out, whatever has a file in the block graph is not modelled. */
  readonly images?: ImageFiles | undefined;
  /**
   * The beginning of a file, its first 4096 bytes; `'directory'`, or `undefined` if it can't be read. If it
   * is left out, what depends on what is in a file is not modelled.
   */
  readHead?(path: string): Uint8Array | 'directory' | undefined;
  /** Decrypts AES-256 in CBC mode without a look at the padding. */
  decryptAes?(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;
  /** Whether certificates are certain to be good: the authority's, and the own one with its key. */
  areGoodCertificates?(authority: string, own: { certificate: string; key: string } | undefined): boolean;
  /**
   * Reason why a port of the host can't be bound (`Address already in use`), or `undefined` if nothing speaks
   * against it. It isn't kept open. If it is left out, every port can be had.
   */
  readonly whyNotBound?: LookAtPort | undefined;
  /**
   * Reason why nobody can be reached at the address of a migration (`tcp:…`, `unix:…`), in QEMU's words, or
   * `undefined` if somebody can. If it is left out, migrations are not modelled.
   */
  whyNotReached?(uri: string): Promise<string | undefined>;
}
