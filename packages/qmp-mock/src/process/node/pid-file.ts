import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs';

/** Pid files of the QEMUs that are in this process, with the processes that they stand for. */
const held = new Map<string, { readonly pid: number; readonly descriptor: number }>();

/**
 * Writes a process id to a file, and keeps the file open: as long as it is, and the process lives, nobody
 * else can have the same one. QEMU locks it. Node can't, so a file is said to be locked if the process that
 * it names has it open, which a real QEMU has, too; where the system doesn't list what processes have open,
 * only the files of this process are seen.
 *
 * @returns A function that removes the file.
 * @throws Error with the code `EAGAIN` if the file is locked, or the system's.
 */
export function writePidFile(path: string, pid: number): () => void {
  const descriptor = openSync(path, constants.O_CREAT | constants.O_RDWR, 0o600);
  let identity: string;
  // A daemon leaves its folder, and of a link QEMU takes away the file that it points to.
  let file: string;
  try {
    const stats = fstatSync(descriptor);
    identity = identityOf(stats);
    const owner = Number.parseInt(readFileSync(descriptor, 'utf8'), 10);
    if (isHeld(identity) || (owner !== pid && hasOpen(owner, identity))) {
      throw Object.assign(new Error(`${path} is locked`), { code: 'EAGAIN' });
    }
    ftruncateSync(descriptor);
    writeSync(descriptor, `${pid}\n`, 0);
    file = realpathSync(path);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  held.set(identity, { pid, descriptor });
  return () => {
    rmSync(file, { force: true });
    if (held.delete(identity)) closeSync(descriptor);
  };
}

/**
 * Frees the pid files of a process that was killed, and leaves them where they are.
 *
 * @example
 * child.kill('SIGKILL');
 * if (child.pid !== undefined) leavePidFiles(child.pid);
 */
export function leavePidFiles(pid: number): void {
  for (const [identity, { pid: owner, descriptor }] of held) {
    if (owner !== pid) continue;
    held.delete(identity);
    closeSync(descriptor);
  }
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** Whether a QEMU in this process has a file. One whose launcher was killed has nothing any more. */
function isHeld(identity: string): boolean {
  const owner = held.get(identity);
  if (owner === undefined) return false;
  try {
    return process.kill(owner.pid, 0);
  } catch {
    leavePidFiles(owner.pid);
    return false;
  }
}

/** Whether a process has a file open. */
function hasOpen(pid: number, identity: string): boolean {
  const folder = `/proc/${pid}/fd`;
  let descriptors: readonly string[];
  try {
    descriptors = readdirSync(folder);
  } catch {
    return false;
  }
  return descriptors.some((descriptor) => {
    try {
      return identityOf(statSync(`${folder}/${descriptor}`)) === identity;
    } catch {
      return false;
    }
  });
}
