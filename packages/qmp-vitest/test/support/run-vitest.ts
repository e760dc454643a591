import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** How a nested run is started. */
export interface RunOptions {
  /** Only files whose name contains this. */
  file?: string;
  /** Added to the environment; `undefined` takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Added to the command line. */
  args?: readonly string[];
}

/** One test as the JSON reporter tells it. */
export interface NestedTest {
  readonly title: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
  readonly meta: Record<string, unknown>;
}

/** Result of a nested run. */
export interface NestedRun {
  readonly code: number | null;
  /** Standard output and standard error stream, without colours. */
  readonly output: string;
  readonly junit: string;
  /** Folder of all that the reporters wrote, and of the logs. */
  readonly folder: string;
  /** Folder of the logs of failed tests. */
  readonly logs: string;
  readonly tests: ReadonlyMap<string, NestedTest>;
  /** Removes what the run has written. */
  [Symbol.dispose](): void;
}

const projects = fileURLToPath(new URL('../projects', import.meta.url));
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

/** Runs Vitest itself on a folder of `test/projects`, as a user would, with every reporter that matters. */
export async function runVitest(project: string, options: RunOptions = {}): Promise<NestedRun> {
  const out = mkdtempSync(join(tmpdir(), 'qmp-nested-'));
  const logs = join(out, 'logs');
  const args = [
    vitest,
    'run',
    ...(options.file === undefined ? [] : [options.file]),
    '--root',
    join(projects, project),
    '--config',
    configOf(project),
    '--reporter=verbose',
    '--reporter=github-actions',
    '--reporter=junit',
    `--outputFile.junit=${join(out, 'junit.xml')}`,
    '--reporter=json',
    `--outputFile.json=${join(out, 'report.json')}`,
    ...(options.args ?? []),
  ];
  const child = spawn(process.execPath, args, {
    env: environment({ QMP_LOGS: logs, ...options.env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return {
    code: child.exitCode,
    output: stdout + stderr,
    junit: readFileSync(join(out, 'junit.xml'), 'utf8'),
    folder: out,
    logs,
    tests: readReport(join(out, 'report.json')),
    [Symbol.dispose]: () => rmSync(out, { recursive: true, force: true }),
  };
}

/** A project's own config, or the one for all. */
function configOf(project: string): string {
  const own = join(projects, project, 'vitest.config.ts');
  return existsSync(own) ? own : join(projects, 'vitest.config.ts');
}

function environment(added: Record<string, string | undefined>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|QMP_|FORCE_COLOR$|NODE_ENV$|CI$)/.test(name),
  );
  return { ...Object.fromEntries(inherited), NO_COLOR: '1', ...added };
}

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly NestedTest[] }[];
}

function readReport(path: string): Map<string, NestedTest> {
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  return new Map(tests.map((test) => [test.title, test]));
}
