import { statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * Notes when a file has grown, and by how much. While the process is blocked it notices nothing: what was
 * written in the meantime has the time at which it is free again.
 */
export class Growth {
  readonly #file: string;
  readonly #sizes: { readonly bytes: number; readonly at: number }[] = [];
  #watcher: FSWatcher | undefined;

  /** @param file - The file, which may be made later, in a folder that is there. */
  constructor(file: string) {
    this.#file = file;
    const name = basename(file);
    try {
      this.#watcher = watch(dirname(file), (_event, changed) => {
        if (changed === name) this.#look();
      }).on('error', () => this.stop());
    } catch {
      // A system that can't watch so many folders: there are no times.
    }
  }

  /** Time on `performance.now` at which it had so many bytes, in ms, if known. */
  timeOf(bytes: number): number | undefined {
    return this.#sizes.find((size) => size.bytes >= bytes)?.at;
  }

  /** Looks a last time, and stops. */
  stop(): void {
    this.#look();
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #look(): void {
    if (this.#watcher === undefined) return;
    const bytes = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes > (this.#sizes.at(-1)?.bytes ?? 0)) this.#sizes.push({ bytes, at: performance.now() });
  }
}
