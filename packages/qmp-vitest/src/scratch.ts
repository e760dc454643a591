import { join } from 'node:path';
import type { Cleanup } from './cleanup.ts';
import { makeDirectory } from './qemu/directory.ts';

/**
 * A private directory (mode 0700) that is made when something first needs it, and is removed with its
 * contents at the end. Its path is short: a UNIX socket's path has a limit of 107 bytes.
 */
export class Scratch {
  readonly #cleanup: Cleanup;
  #path: string | undefined;
  #sockets = 0;

  constructor(cleanup: Cleanup) {
    this.#cleanup = cleanup;
  }

  /** The directory's path. */
  get directory(): string {
    return (this.#path ??= this.#make());
  }

  /** Gives a new path for a socket at each call. */
  socketPath(): string {
    return join(this.directory, `qmp${++this.#sockets}.sock`);
  }

  #make(): string {
    const { path, remove } = makeDirectory();
    this.#cleanup.defer(`removing ${path}`, remove);
    return path;
  }
}
