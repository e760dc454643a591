import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeExit } from './clean-up.ts';

/** A temporary directory that is gone when its scope ends (`using`), or this process. */
export class Scratch implements Disposable {
  readonly path: string;
  readonly #forget: () => void;

  /** @param prefix - Beginning of its name. Keep it short, because paths of UNIX sockets are limited. */
  constructor(prefix = 'qmp-tools-') {
    this.path = mkdtempSync(join(tmpdir(), prefix));
    this.#forget = beforeExit(() => this.#remove());
  }

  /** A path in it. */
  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    this.#forget();
    this.#remove();
  }

  #remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}
