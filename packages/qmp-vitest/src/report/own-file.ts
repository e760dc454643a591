import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** A file that this package writes, and may write again. */
export interface OwnFile {
  /** Folder, relative to `root`. */
  readonly directory: string;
  /** Its name, with an end such as `.log`. */
  readonly name: string;
  /** The bytes, in ASCII, that every file of its kind begins with. */
  readonly signature: string;
  /** Default: the working directory. */
  readonly root?: string | undefined;
}

/**
 * Writes a file that only the user can read. It replaces an older one of the same kind. Anything else of that
 * name, such as a link, stays as it is, and the file gets another name.
 *
 * @param text - Its text, which begins with the signature.
 * @returns Its path, relative to the root if it lies below that.
 * @throws the system's error if the file can't be made.
 */
export function writeOwnFile(own: OwnFile, text: string): string {
  const { directory, root = process.cwd() } = own;
  const folder = resolve(root, directory);
  mkdirSync(folder, { recursive: true });
  const { file, path } = create(folder, own);
  try {
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
  const local = relative(root, path);
  return local.startsWith('..') ? path : local;
}

/** Removes a file that {@link writeOwnFile} wrote in an earlier run, if there is one. */
export function removeOwnFile({ directory, name, signature, root = process.cwd() }: OwnFile): void {
  const path = join(resolve(root, directory), name);
  if (isOurs(path, signature)) rmSync(path, { force: true });
}

/** Number of names to try if the first one is taken by a foreign file. */
const MOST_NAMES = 100;

function create(folder: string, { name, signature }: OwnFile): { file: number; path: string } {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? name : name.replace(/\.\w+$/, `-${number}$&`));
    if (isOurs(path, signature)) rmSync(path, { force: true });
    try {
      return { file: openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), path };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === MOST_NAMES) throw error;
    }
  }
}

/** Whether a file is one of ours and not a link to one. */
function isOurs(path: string, signature: string): boolean {
  // Looked for first, because hardly any test has one, and opening makes an error of what is not there.
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const head = Buffer.alloc(signature.length);
      return readSync(file, head) === head.length && head.toString() === signature;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
