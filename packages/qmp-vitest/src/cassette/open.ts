import { relative } from 'node:path';
import { readCassette, type Cassette } from 'qmp-mock';

/**
 * Opens a cassette under its name in messages: a path relative to the working directory, if it lies below
 * that.
 */
export function openCassette(file: string): Cassette {
  const local = relative(process.cwd(), file);
  return { ...readCassette(file), file: local.startsWith('..') ? file : local };
}
