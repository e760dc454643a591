import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome, Workshop } from './workshop.ts';

/** The sign of a cell in which everything worked. */
export const YES = 'yes';

interface VitestReport {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

const CONFIG = `import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { include: ['*.reach.js'], testTimeout: 30_000 } });
`;

/** Prepares a project with a Vitest for {@link vitestCell}. */
export function vitestProject(workshop: Workshop, vitest: string): string {
  const project = workshop.project(`vitest-${vitest}`, {
    vitest: `~${vitest}.0`,
    ...(vitest.startsWith('5') && { vite: '^8' }),
  });
  workshop.write(project, 'vitest.config.js', CONFIG);
  workshop.put(project, 'fixtures.reach.js');
  workshop.put(project, 'failing.reach.js');
  return project;
}

/**
 * Runs the tests of the fixtures. Says what doesn't work, or {@link YES}.
 *
 * @param start - Program and arguments that run Vitest.
 * @param without - Title of a test to leave out.
 */
export function vitestCell(
  workshop: Workshop,
  project: string,
  start: readonly string[],
  node?: string,
  without?: string,
): string {
  const [program = '', ...args] = start;
  const file = join(project, 'report.json');
  rmSync(file, { force: true });
  rmSync(join(project, 'qmp-logs'), { recursive: true, force: true });
  const outcome = workshop.run(
    project,
    program,
    [
      ...args,
      'run',
      '--reporter=default',
      '--reporter=json',
      '--outputFile.json=report.json',
      ...(without === undefined ? [] : ['-t', `^(?!${without})`]),
    ],
    node,
  );
  if (!existsSync(file)) return `no: ${firstComplaint(outcome)}`;
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const broken = tests.filter(
    ({ title, status }) => title !== 'fails' && title !== without && status !== 'passed',
  );
  const faults = broken.map(({ title }) => title);
  if (tests.length < 7) {
    const message = report.testResults.map(({ message: text = '' }) => text).find(Boolean) ?? '';
    faults.push(
      `only ${tests.length} of 7 tests ran${message && ` (${firstComplaint({ ok: false, text: message })})`}`,
    );
  }
  const story = tests.find(({ title }) => title === 'fails')?.failureMessages?.join('\n') ?? '';
  if (!story.includes('what the machine saw')) faults.push('failure report');
  const logs = join(project, 'qmp-logs');
  if (!existsSync(logs) || readdirSync(logs).length === 0) faults.push('log of a failure');
  return faults.length === 0 ? YES : `without: ${faults.join(', ')}`;
}

/** Runs the client and the mock on a runtime. */
export function scriptCell(
  workshop: Workshop,
  project: string,
  start: readonly string[],
  node?: string,
): string {
  const [program = '', ...args] = start;
  const outcome = workshop.run(project, program, args, node);
  const failed = outcome.text.split('\n').filter((line) => line.startsWith('FAILED'));
  if (failed.length > 0) return `without: ${failed.map((line) => line.slice('FAILED '.length)).join('; ')}`;
  return outcome.ok && outcome.text.includes('ok cassettes') ? YES : `no: ${firstComplaint(outcome)}`;
}

/** Runs something that works or doesn't. */
export function plainCell(outcome: Outcome): string {
  return outcome.ok ? YES : `no: ${firstComplaint(outcome)}`;
}

/** The first line of an output that looks like an error. */
function firstComplaint({ text }: Outcome): string {
  const lines = text.split('\n').map((line) => line.trim());
  const found = [/Must use import|\w*Error\b.*: |error TS\d+/, /\berror\b/i, /./].map((sign) =>
    lines.find((line) => sign.test(line)),
  );
  const line = found.find((candidate) => candidate !== undefined) ?? 'no output';
  // The temporary directory of the run means nothing to a reader.
  return line
    .replaceAll(/\S*\/(?=node_modules\/)/g, '')
    .replaceAll('|', '/')
    .slice(0, 120);
}
