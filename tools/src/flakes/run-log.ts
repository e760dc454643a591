import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SuiteRun } from './run-suite.ts';

/** Record of a run: everything but its output. */
export interface KeptRun extends Omit<SuiteRun, 'output'> {
  /** Commit that it was a run of, with `+` behind it where files were changed. */
  readonly commit: string;
  /** How many processes kept the CPUs busy. */
  readonly busy: number;
  /** The part of the suite that was run; empty: all of it. */
  readonly given: readonly string[];
}

/** The runs so far, in a folder: a line each, so that whoever is interrupted goes on where it stopped. */
export class RunLog {
  readonly #folder: string;
  readonly #path: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, 'runs.jsonl');
  }

  /** Those of the same load and the same files, oldest first. */
  runs({ busy, given }: Pick<KeptRun, 'busy' | 'given'>): KeptRun[] {
    if (!existsSync(this.#path)) return [];
    return readFileSync(this.#path, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as KeptRun)
      .filter((run) => run.busy === busy && run.given.join('\n') === given.join('\n'));
  }

  /** Keeps a run, and what it printed if that is worth reading. */
  add(run: KeptRun, output: string | undefined): void {
    mkdirSync(this.#folder, { recursive: true });
    if (output !== undefined) writeFileSync(join(this.#folder, `${run.seed}.txt`), output);
    // A line of its own also where another was cut short.
    appendFileSync(this.#path, `\n${JSON.stringify(run)}\n`);
  }

  /** Forgets all runs. */
  clear(): void {
    if (existsSync(this.#path)) writeFileSync(this.#path, '');
  }
}
