import { closeSync, constants, fchmodSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { redactMessage } from '../redact/index.ts';
import type { JsonObject } from '../wire/json-value.ts';
import type { QmpRequest } from '../wire/messages.ts';
import { stringifyJson } from '../wire/stringify-json.ts';

/** Lines that are kept. */
const KEPT = 1000;

/** Lines of earlier sessions, in a file that only its user can read. Lines with secrets are not kept. */
export class History {
  readonly #path: string | undefined;
  readonly #lines: string[];

  /**
   * @param path - The file; it needn't be there yet. Without one nothing is kept.
   * @throws A system error if the file can't be read.
   */
  constructor(path: string | undefined) {
    this.#path = path;
    this.#lines = path === undefined ? [] : readLines(path);
  }

  /** The lines, newest first, as `readline` wants them. */
  get newestFirst(): string[] {
    return this.#lines.toReversed();
  }

  /** Keeps a line, unless its request has a secret in it. */
  add(line: string, request: QmpRequest | undefined): void {
    if (request === undefined || holdsSecret(request)) return;
    this.#lines.push(line);
  }

  /**
   * Writes the file. A symbolic link in its place is not followed.
   *
   * @throws A system error if the file can't be written.
   */
  save(): void {
    if (this.#path === undefined) return;
    const { O_CREAT, O_WRONLY, O_TRUNC } = constants;
    // Windows doesn't have it.
    const O_NOFOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;
    const file = openSync(this.#path, O_CREAT | O_WRONLY | O_TRUNC | O_NOFOLLOW, 0o600);
    try {
      fchmodSync(file, 0o600);
      writeFileSync(
        file,
        this.#lines
          .slice(-KEPT)
          .map((line) => `${line}\n`)
          .join(''),
      );
    } finally {
      closeSync(file);
    }
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .slice(-KEPT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function holdsSecret(request: QmpRequest): boolean {
  const wire = { ...request } as JsonObject;
  return stringifyJson(redactMessage(wire)) !== stringifyJson(wire);
}
