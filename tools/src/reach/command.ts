import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { inRepository } from '../lib/repository.ts';
import { Scratch } from '../lib/scratch.ts';
import { table } from '../lib/table.ts';
import { packPackages } from '../release-check/pack.ts';
import { plainCell, scriptCell, vitestCell, vitestProject, YES } from './cells.ts';
import { Workshop } from './workshop.ts';

const PAGE = 'docs/reach.md';

const NODES = ['20.19', '22', '24', '26'];
const VITESTS = ['3.2', '4.1', '5.1'];
/** Compilers to try, oldest first. */
const COMPILERS = ['4.9', '5.0', '5.1', '5.2', '5.3', '5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0'];

/** A part of the matrix. It gives lines of Markdown. */
type Part = (workshop: Workshop) => string;

const PARTS: Readonly<Record<string, Part>> = {
  vitest(workshop) {
    const nodes = NODES.map((version) => workshop.node(version));
    const rows = VITESTS.map((vitest) => {
      const project = vitestProject(workshop, vitest);
      const start = ['node', 'node_modules/vitest/vitest.mjs'];
      const cells = nodes.map((node, index) =>
        // Vitest 5 doesn't start there: `engines` says ^22.12.0.
        vitest.startsWith('5') && NODES[index]!.startsWith('20')
          ? 'needs Node 22.12'
          : vitestCell(workshop, project, start, node),
      );
      return shown([vitest, ...cells]);
    });
    return table(['fixtures: Vitest', ...NODES.map((node) => `Node ${node}`)], rows);
  },
  runtimes(workshop) {
    const project = workshop.project('runtimes', { bun: 'latest', deno: 'latest' });
    workshop.put(project, 'script.js');
    const rows = NODES.map((version) =>
      shown([
        `Node ${version}`,
        scriptCell(workshop, project, ['node', 'script.js'], workshop.node(version)),
      ]),
    );
    for (const [name, ...start] of [
      ['Bun', 'bun', 'script.js'],
      ['Deno', 'deno', 'run', '-A', 'script.js'],
    ]) {
      const { text } = workshop.run(project, start[0]!, ['--version']);
      const version = /\d+\.\d+\.\d+/.exec(text)?.[0] ?? '?';
      rows.push(shown([`${name} ${version}`, scriptCell(workshop, project, start)]));
    }
    return table(['client and mock on', 'works'], rows);
  },
  runners(workshop) {
    const rows: string[][] = [];
    const tests = workshop.project('runners', { jest: '^30.0.0' });
    workshop.put(tests, 'node.reach.js');
    rows.push(shown(['node:test', plainCell(workshop.run(tests, 'node', ['--test', 'node.reach.js']))]));
    const jest = ['node_modules/jest/bin/jest.js', '--rootDir=.'];
    const modules = jestTest("import { MockQmp } from 'qmp-mock';\nimport { QmpClient } from 'qmp-core';");
    workshop.write(tests, 'esm.test.js', modules);
    const asModules = ['--experimental-vm-modules', ...jest, 'esm.test.js'];
    rows.push(shown(['Jest 30, ES modules', plainCell(workshop.run(tests, 'node', asModules))]));
    const common = workshop.project('commonjs', { jest: '^30.0.0' }, { type: 'commonjs' });
    const required = "const { MockQmp } = require('qmp-mock');\nconst { QmpClient } = require('qmp-core');";
    workshop.write(common, 'common.test.js', jestTest(required));
    for (const version of ['20.19', '24', '26']) {
      const outcome = workshop.run(common, 'node', [...jest, 'common.test.js'], workshop.node(version));
      rows.push(shown([`Jest 30, CommonJS, Node ${version}`, plainCell(outcome)]));
    }
    workshop.write(common, 'plain.cjs', `${required}\nnew MockQmp().close();\nvoid QmpClient;`);
    rows.push(
      shown([
        '`require` in Node 20.19',
        plainCell(workshop.run(common, 'node', ['plain.cjs'], workshop.node('20.19'))),
      ]),
    );
    const bun = vitestProject(workshop, '4.1');
    const start = ['npx', '-y', 'bun', '--bun', 'node_modules/vitest/vitest.mjs'];
    // With that test the run doesn't end.
    const spawned = 'QEMU that the code under test spawns';
    const cell = vitestCell(workshop, bun, start, undefined, spawned);
    rows.push(shown(['fixtures but `fakeQemu`: Vitest 4.1 on Bun', cell]));
    return table(['runner', 'works'], rows);
  },
  compilers(workshop) {
    const versions = Object.fromEntries(
      COMPILERS.map((version) => [`ts-${version}`, `npm:typescript@~${version}.0`]),
    );
    const project = workshop.project('compilers', {
      ...versions,
      vitest: '~4.1.0',
      '@types/node': '^20.19.0',
    });
    workshop.put(project, 'consumer.ts');
    const options = {
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      strict: true,
    };
    const rows = COMPILERS.map((version) => {
      const cells = [true, false].map((skipLibCheck) => {
        const compilerOptions = { ...options, skipLibCheck, noEmit: true, types: ['node'] };
        workshop.write(project, 'tsconfig.json', JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
        return plainCell(workshop.run(project, 'node', [`node_modules/ts-${version}/bin/tsc`, '-p', '.']));
      });
      return shown([version, ...cells]);
    });
    return table(['TypeScript', 'compiles', 'with `skipLibCheck: false`'], rows);
  },
};

export function define(command: Command): void {
  command
    .description(
      `Packs the packages, installs them into empty projects, and uses them on each Node, Vitest, runtime, runner
and compiler. Needs the npm registry; nothing outside a temporary directory is written without --write.`,
    )
    .option('--only <part...>', 'parts of the matrix', Object.keys(PARTS))
    .option('--write', `keep the tables in ${PAGE}`)
    .option('--check', `fail if something no longer works that does according to ${PAGE}`)
    .action(({ only, write = false, check = false }) => {
      using scratch = new Scratch('qmp-reach-');
      const workshop = new Workshop(scratch.path, packPackages(scratch.path));
      for (const name of only) {
        const part = PARTS[name];
        if (part === undefined) continue;
        const text = part(workshop);
        console.log(text);
        const lost = check ? lostCells(kept(name), text) : [];
        for (const row of lost) console.error(`No longer as ${PAGE} says: ${row}`);
        if (lost.length > 0) process.exitCode = 1;
        if (write) keep(name, text);
      }
    });
}

/** The page, and where a part begins and ends in it. */
function section(name: string): { page: string; begin: number; end: number } {
  const page = readFileSync(inRepository(PAGE), 'utf8');
  const marker = `<!-- ${name}: begin -->`;
  return { page, begin: page.indexOf(marker) + marker.length, end: page.indexOf(`<!-- ${name}: end -->`) };
}

/** The part of the page that has a table. */
function kept(name: string): string {
  const { page, begin, end } = section(name);
  return page.slice(begin, end);
}

/** Puts a table between its markers in the page, with the date. */
function keep(name: string, text: string): void {
  const { page, begin, end } = section(name);
  const date = new Date().toISOString().slice(0, 10);
  const shownText = `\n\nSeen on ${date}, on Linux:\n\n${text}\n`;
  writeFileSync(inRepository(PAGE), page.slice(0, begin) + shownText + page.slice(end));
}

/** Rows of a table in which a cell isn't {@link YES} that is so in an earlier one. */
function lostCells(before: string, now: string): string[] {
  const earlier = new Map(rowsOf(before));
  return rowsOf(now)
    .filter(([name, cells]) =>
      cells.some((cell, column) => cell !== YES && earlier.get(name)?.[column] === YES),
    )
    .map(([name, cells]) => [name, ...cells].join(' | '));
}

/** Rows by their first cell, in which the patch level of a version doesn't count. */
function rowsOf(text: string): [name: string, cells: readonly string[]][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => {
      const [name = '', ...cells] = line.split('|').slice(1, -1);
      return [name.trim().replace(/ \d+\.\d+\.\d+$/, ''), cells.map((cell) => cell.trim())];
    });
}

/** A Jest test that begins with some imports. */
function jestTest(imports: string): string {
  return `${imports}
test('stop pauses', async () => {
  const mock = new MockQmp();
  const client = await QmpClient.over(mock.connect());
  await client.execute('stop');
  expect(await client.execute('query-status')).toMatchObject({ status: 'paused' });
  await client.close();
  await mock.close();
});
`;
}

function shown(row: string[]): string[] {
  console.error(row.join(' | '));
  return row;
}
