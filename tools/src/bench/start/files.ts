/** Test files with and without QMP, in a project that has the packages as they are published. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Consumer } from '../../lib/consumer.ts';
import { median } from '../../lib/median.ts';

/** Kinds of test files: without QMP, with an import of its fixtures, with a command to a mock. */
export const KINDS = {
  without: `import { expect, test } from 'vitest';
test('a test', () => expect(1).toBe(1));
`,
  imported: `import { expect, test } from 'qmp-vitest';
test('a test', () => expect(1).toBe(1));
`,
  used: `import { expect, test } from 'qmp-vitest';
test('a test', async ({ qmp }) => {
  expect(await qmp.execute('query-status')).toMatchObject({ running: true });
});
`,
};

/** Kind of a test file. */
export type Kind = keyof typeof KINDS;

/** Tells how long each file took to be imported. */
const REPORTER = `import { writeFileSync } from 'node:fs';
const times = [];
export default class {
  onTestModuleEnd(module) { times.push(module.diagnostic().collectDuration); }
  onTestRunEnd() { writeFileSync(process.env.BENCH_OUT, JSON.stringify(times)); }
}
`;

const CONFIG = `export default {
  test: { pool: 'forks', include: [process.env.BENCH_FOLDER + '/*.test.js'], reporters: ['./reporter.js'] },
};
`;

/** Time of a run of some files. */
export interface Run {
  /** Median ms of importing a file. */
  readonly imported: number;
  /** Time of the whole run, in ms. */
  readonly wall: number;
  /** Time of the processor for the whole run, all its processes included, in ms. */
  readonly cpu: number;
}

/** A project with some files of each kind. */
export class FilesProject implements Disposable {
  readonly #consumer = new Consumer('');

  constructor(count: number) {
    const { path } = this.#consumer;
    writeFileSync(join(path, 'package.json'), '{ "private": true, "type": "module" }\n');
    writeFileSync(join(path, 'vitest.config.js'), CONFIG);
    writeFileSync(join(path, 'reporter.js'), REPORTER);
    for (const [kind, text] of Object.entries(KINDS)) {
      mkdirSync(join(path, kind));
      for (let at = 0; at < count; at += 1) writeFileSync(join(path, kind, `file-${at}.test.js`), text);
    }
  }

  /** Runs all files of a kind. */
  async run(kind: Kind, node: string, options: readonly string[] = []): Promise<Run> {
    const { path, vitest } = this.#consumer;
    const out = join(path, 'out.json');
    const start = performance.now();
    const child = spawn(
      'bash',
      ['-c', 'TIMEFORMAT="cpu %U %S"; time "$@"', 'bash', node, vitest, 'run', ...options],
      {
        cwd: path,
        env: { ...process.env, BENCH_FOLDER: kind, BENCH_OUT: out },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const [code] = (await once(child, 'close')) as [number | null];
    const wall = performance.now() - start;
    if (code !== 0) throw new Error(`Files of the kind ${kind} failed: ${err}`);
    const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(err) ?? [];
    const times: number[] = JSON.parse(readFileSync(out, 'utf8'));
    return { imported: median(times), wall, cpu: (Number(user) + Number(system)) * 1000 };
  }

  [Symbol.dispose](): void {
    this.#consumer[Symbol.dispose]();
  }
}
