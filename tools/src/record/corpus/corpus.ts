import type { Case, Recording } from '../../conformance/corpus-case.ts';
import { readRows } from '../../lib/json-lines.ts';
import { inRepository } from '../../lib/repository.ts';
import type { VersionName } from '../../lib/versions.ts';
import { unsupported } from './run-case.ts';

const FOLDER = 'packages/qmp-mock/test/conformance/corpus';

export interface CorpusOptions {
  /** Selects cases by their ids. */
  readonly only: RegExp;
  /** How many cases run at once. */
  readonly jobs: number;
  /** Whether the programs are halted again and again. */
  readonly disturbed?: boolean | undefined;
}

/** The corpus, as far as it concerns a version. */
export interface Corpus {
  readonly cases: readonly Case[];
  /** Those that are asked for, and can be run. */
  readonly chosen: readonly Case[];
  /** Recordings, by the id of the case. */
  readonly known: ReadonlyMap<string, Recording>;
  /** File of the recording. */
  readonly file: string;
}

export function readCorpus(version: VersionName, only: RegExp): Corpus {
  const cases = readRows<Case>(inRepository(`${FOLDER}/cases.jsonl`));
  const file = inRepository(`${FOLDER}/${version}.jsonl`);
  const known = new Map(readRows<Recording>(file).map((row) => [row.id, row]));
  return { cases, chosen: cases.filter(({ id }) => only.test(id)).filter(supported), known, file };
}

function supported(given: Case): boolean {
  const why = unsupported(given);
  if (why !== undefined) console.log(`${given.id}: left as it is: ${why}`);
  return why === undefined;
}
