import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Environment variable by which the processes of one run are told from all others on the machine. */
export const MARK = 'LEAK_MARK';

/** The processes that were started by a run, whoever is their parent now. */
export function processesOf(mark) {
  const found = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${MARK}=${mark}`)) continue;
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      // One that has ended and that nobody has asked about yet.
      if (argv.length > 1) found.push({ pid: Number(pid), kind: kindOf(argv), argv });
    } catch {
      // It has ended, or it is somebody else's.
    }
  }
  return found;
}

function kindOf(argv) {
  if (argv.includes('qmp-reaper')) return 'reaper';
  if (argv.some((word) => /qemu/.test(word)) && argv.some((word) => /^-+(qmp|chardev|machine)$/.test(word)))
    return 'qemu';
  return 'runner';
}

/** Everything below a directory from which somebody may just be removing things. */
function entriesBelow(directory) {
  for (;;) {
    try {
      return readdirSync(directory, { recursive: true });
    } catch (error) {
      if (error.code !== 'ENOENT' || error.path === directory) throw error;
    }
  }
}

/** What is below a directory: how many sockets, and how many directories that a machine had. */
export function remainsIn(directory) {
  const counts = { sockets: 0, directories: 0, paths: [] };
  for (const entry of entriesBelow(directory)) {
    const path = join(directory, entry);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isSocket() === true) counts.sockets++;
    if (stat?.isDirectory() === true && /^(qmp|fake)/i.test(entry)) counts.directories++;
    counts.paths.push(entry);
  }
  return counts;
}
