import type { Program } from '../qemu/program.ts';

/** Options of a suite of benchmarks. */
export interface SuiteOptions {
  /** Samples of each contender. */
  readonly rounds: number;
  /** The real QEMUs that take part. */
  readonly qemus: readonly Program[];
}

/** Measures, and gives a section of the report in Markdown. */
export type Suite = (options: SuiteOptions) => Promise<string>;
