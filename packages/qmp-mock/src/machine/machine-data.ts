import type { QemuProfile, VersionReader } from '../engine/profile.ts';

/** One property of an object, as it is when the machine has just started. */
export interface QomProperty {
  /** Its type, for example `bool`, `link<memory-backend>` or `child<container>`. */
  readonly type: string;
  /** Its value; missing if it cannot be read. */
  readonly value?: unknown;
  /** QEMU's refusal of reading it. */
  readonly error?: string;
  /** Whether it can be set. */
  readonly writable?: boolean;
  /** QEMU's refusal of setting it. */
  readonly refusal?: string;
}

/** Properties of an object by name, in the order of `qom-list`. */
export type QomObjectData = Readonly<Record<string, QomProperty>>;

/** Recorded data of a version for its machine and its command line. */
export interface MachineData {
  /** Output of `-version`, by lines. */
  readonly banner: readonly string[];
  /**
   * Options of the command line. Every QEMU knows the `unsupported` ones, too; on x86 they are refused when
   * their turn comes.
   */
  readonly options: {
    readonly argument: readonly string[];
    readonly flag: readonly string[];
    readonly unsupported: readonly string[];
  };
  /** Parameters of `-chardev`, with their types. */
  readonly chardevParameters: Readonly<Record<string, 'string' | 'boolean' | 'number' | 'size'>>;
  /** Machine types. */
  readonly machines: readonly string[];
  /** Commands that run before the machine is made. */
  readonly preconfig: readonly string[];
  /** Commands of the human monitor, with their signatures. */
  readonly hmp: {
    readonly commands: Readonly<Record<string, string>>;
    readonly info: Readonly<Record<string, string>>;
  };
  /** Objects by path, of machine `none` and of `pc`. */
  readonly qom: Readonly<Record<'none' | 'pc', Readonly<Record<string, QomObjectData>>>>;
}

const loaded = new WeakMap<VersionReader, MachineData>();

/** The recorded data of a version; read at the first call, then kept. */
export function machineData({ read }: Pick<QemuProfile, 'read'>): MachineData {
  let data = loaded.get(read);
  if (data === undefined) {
    data = JSON.parse(read('machine.json')) as MachineData;
    loaded.set(read, data);
  }
  return data;
}
