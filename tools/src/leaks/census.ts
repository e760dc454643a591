import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Environment variable by which the processes of one run are told from all others on the machine. */
export const MARK = 'LEAK_MARK';

/** A process of a run. */
export interface RunProcess {
  readonly pid: number;
  readonly kind: 'qemu' | 'reaper' | 'runner';
  readonly argv: readonly string[];
}

/** The processes that were started by a run, whoever is their parent now. */
export function processesOf(mark: string): RunProcess[] {
  const found: RunProcess[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${MARK}=${mark}`)) continue;
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      // One that has ended and that nobody has asked about yet has none.
      if (argv.length > 1) found.push({ pid: Number(pid), kind: kindOf(argv), argv });
    } catch {
      // It has ended, or it is somebody else's.
    }
  }
  return found;
}

function kindOf(argv: readonly string[]): RunProcess['kind'] {
  if (argv.includes('qmp-reaper')) return 'reaper';
  if (argv.some((word) => /qemu/.test(word)) && argv.some((word) => /^-+(qmp|chardev|machine)$/.test(word)))
    return 'qemu';
  return 'runner';
}

/** Everything below a directory from which somebody may just be removing things. */
function entriesBelow(directory: string): string[] {
  for (;;) {
    try {
      return readdirSync(directory, { recursive: true, encoding: 'utf8' });
    } catch (error) {
      const { code, path } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || path === directory) throw error;
    }
  }
}

/** Contents of a directory. */
export interface Remains {
  readonly sockets: number;
  /** How many directories that a machine had. */
  readonly directories: number;
  readonly paths: readonly string[];
}

export function remainsIn(directory: string): Remains {
  let sockets = 0;
  let directories = 0;
  const paths = entriesBelow(directory);
  for (const entry of paths) {
    const stat = lstatSync(join(directory, entry), { throwIfNoEntry: false });
    if (stat?.isSocket() === true) sockets++;
    if (stat?.isDirectory() === true && /^(qmp|fake)/i.test(entry)) directories++;
  }
  return { sockets, directories, paths };
}
