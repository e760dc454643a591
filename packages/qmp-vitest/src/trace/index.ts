/**
 * Traces of tests: a page for each, to look at. Importing this module writes them for tests that fail.
 *
 * @module
 */
import { checkOptions, oneOf, TEXT, type OptionRules } from 'qmp-core/internal';
import { fileNameOf, type LoggedTest } from '../report/log-file.ts';
import { observeTests } from '../report/observers.ts';
import { removeOwnFile, writeOwnFile, type OwnFile } from '../report/own-file.ts';
import { traceOf } from './data.ts';
import { SIGNATURE, tracePage } from './page.ts';

/** Options of {@link traceTests}. */
export interface TraceOptions {
  /** Tests that get a trace: those that fail, all that use a machine, or none. Default: `'failed'`. */
  when?: 'failed' | 'always' | 'never' | undefined;
  /** Folder of the traces, relative to the working directory. Default: `qmp-traces`. */
  directory?: string | undefined;
}

const OPTIONS: OptionRules<TraceOptions> = {
  when: oneOf(['failed', 'always', 'never']),
  directory: TEXT,
};

let stop: () => void = () => {};

/**
 * Chooses which tests get a trace, and where it's written. The last call counts.
 *
 * A trace is one HTML file that needs no network and no other file: the conversations of the test's machines
 * on one time line, every message whole, command lines, stderr and what the mock found. Secrets are taken out
 * of it as they are of reports. Only its user can read it. The report of a failed test names it, and Vitest's
 * own reporters that show attachments link it.
 *
 * @throws QmpOptionError for an option that is unknown or wrong.
 *
 * @example
 * // vitest.setup.ts
 * import { traceTests } from 'qmp-vitest/trace'
 * traceTests({ when: 'always', directory: 'reports/traces' })
 */
export function traceTests(options: TraceOptions = {}): void {
  checkOptions('traceTests', options, OPTIONS);
  const { when = 'failed', directory = 'qmp-traces' } = options;
  const fileOf = (test: LoggedTest): OwnFile => ({
    directory,
    name: `${fileNameOf(test)}.html`,
    signature: SIGNATURE,
  });
  stop();
  stop =
    when === 'never'
      ? () => {}
      : observeTests({
          wantsPassed: when === 'always',
          told: (test) => {
            try {
              return writeOwnFile(fileOf(test), tracePage(traceOf(test)));
            } catch (error) {
              return `no trace: ${error instanceof Error ? error.message : String(error)}`;
            }
          },
          forget: (test) => removeOwnFile(fileOf(test)),
        });
}

traceTests();
