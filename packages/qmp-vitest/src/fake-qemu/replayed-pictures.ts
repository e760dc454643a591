import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { blankPicture } from 'qmp-mock/process';
import { stringifyJson, type JsonObject, type JsonValue } from 'qmp-core/wire';

/**
 * Writes the files of `screendump`s that a recording says went well. A recording doesn't have the pictures:
 * each is black, in the format that was asked for.
 */
export class ReplayedPictures {
  readonly #cwd: string;
  readonly #asked = new Map<string, JsonObject>();

  /** @param cwd - Folder that relative names begin in. */
  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  /** Looks at a message, before its receiver has it. */
  see(direction: 'in' | 'out', message: JsonObject): void {
    const id = idOf(message['id']);
    if (direction === 'out') {
      if (message['execute'] === 'screendump')
        this.#asked.set(id, (message['arguments'] ?? {}) as JsonObject);
      return;
    }
    const asked = this.#asked.get(id);
    if (asked === undefined || Object.hasOwn(message, 'event')) return;
    this.#asked.delete(id);
    if (Object.hasOwn(message, 'return')) this.#write(asked);
  }

  #write({ filename, format }: JsonObject): void {
    if (typeof filename !== 'string') return;
    try {
      writeFileSync(resolve(this.#cwd, filename), blankPicture(format === 'png' ? 'png' : 'ppm'));
    } catch {
      // The recorded folder isn't here: who reads the picture sees that.
    }
  }
}

function idOf(id: JsonValue | undefined): string {
  return id === undefined ? '' : stringifyJson(id);
}
