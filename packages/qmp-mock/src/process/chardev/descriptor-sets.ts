import { notModelled } from '../../engine/not-modelled.ts';
import type { StartOption } from '../command-line/start-option.ts';
import type { HostFiles } from '../host-files.ts';

/** Ways in which a file is opened, as the two lowest bits of the flags of `open(2)`. */
const ACCESS = { read: 0, write: 1 } as const;
const ACCESS_MASK = 3;

const SET_PATH = /^\/dev\/fdset\/(\d{1,10})$/;

/**
 * Inherited descriptors that `-add-fd` put into numbered sets. Paths such as `/dev/fdset/2` open them
 * (`monitor_fdset_dup_fd_add` in `monitor/fds.c`).
 */
export class DescriptorSets {
  readonly #members: readonly { readonly set: number; readonly fd: number }[];
  readonly #files: Pick<HostFiles, 'read'>;

  /** @param options - The `-add-fd` options of the command line. */
  constructor(options: readonly StartOption[], files: Pick<HostFiles, 'read'>) {
    this.#members = options.map((option) => ({
      set: Number(option.get('set')),
      fd: Number(option.get('fd')),
    }));
    this.#files = files;
  }

  /** The descriptors that the process inherits. */
  get descriptors(): readonly number[] {
    return this.#members.map(({ fd }) => fd);
  }

  /**
   * Gives the path that really opens what a path names: that of a descriptor for one into a set, else the
   * path itself.
   *
   * @throws A system error: `ENOENT` if there isn't such a set, `EACCES` if the set doesn't have a descriptor
   *   that was opened in that way.
   */
  pathOf(path: string, access: keyof typeof ACCESS): string {
    const set = SET_PATH.exec(path)?.[1];
    if (set === undefined) return path;
    const members = this.#members.filter((member) => member.set === Number(set));
    if (members.length === 0) throw systemError('ENOENT', -2, path);
    const found = members.find(({ fd }) => (this.#flags(fd) & ACCESS_MASK) === ACCESS[access]);
    if (found === undefined) throw systemError('EACCES', -13, path);
    return `/proc/self/fd/${found.fd}`;
  }

  /**
   * Gives the path that really opens a log file. QEMU's words for a set that can't be had are not modelled.
   */
  pathOfLog(path: string): string {
    try {
      return this.pathOf(path, 'write');
    } catch {
      return notModelled(`the log file ${path}, a set without a descriptor that only writes`);
    }
  }

  #flags(fd: number): number {
    let info: string;
    try {
      info = this.#files.read(`/proc/self/fdinfo/${fd}`);
    } catch {
      return notModelled(`descriptor ${fd}, whose flags this system does not show`);
    }
    return Number.parseInt(/^flags:\s*([0-7]{1,12})$/m.exec(info)?.[1] ?? '', 8);
  }
}

const systemError = (code: string, errno: number, path: string): Error =>
  Object.assign(new Error(`${code}, open '${path}'`), { code, errno, syscall: 'open' });
