import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../qemu/program.ts';
import type { Transcript } from '../beside/play.ts';
import type { Session } from '../beside/session.ts';

/**
 * Accounts of real QEMUs, kept in a folder: a real one answers alike tomorrow, so only the stand-in has to be
 * asked again.
 */
export class RealAccounts {
  readonly #folder: string | undefined;
  readonly #qemu: string;

  constructor(folder: string | undefined, { command: [file, ...before] }: Program) {
    this.#folder = folder;
    const { size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
    this.#qemu = [file, ...before, size, mtimeMs].join(' ');
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  }

  /** The kept account with that number, or a new one. */
  async get(session: Session, number: string, make: () => Promise<Transcript>): Promise<Transcript> {
    if (this.#folder === undefined) return make();
    const key = createHash('sha256')
      .update(JSON.stringify([1, this.#qemu, number, session.options, session.steps]))
      .digest('hex');
    const path = join(this.#folder, `${key.slice(0, 24)}.json`);
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Transcript;
    } catch {
      const made = await make();
      writeFileSync(path, JSON.stringify(made));
      return made;
    }
  }
}
