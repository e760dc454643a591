import { readdirSync } from 'node:fs';

/** The folders of qmp-mock with what is recorded of each version. */
export const DATA: URL = new URL('../../../qmp-mock/data/', import.meta.url);

/** The recorded versions; the newest is the last. */
export const VERSIONS: readonly string[] = readdirSync(DATA).toSorted((a, b) =>
  a.localeCompare(b, 'en', { numeric: true }),
);
