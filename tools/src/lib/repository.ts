import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);

/** A path of this repository, absolute. */
export function inRepository(path = ''): string {
  return fileURLToPath(new URL(path, root));
}
