import type { Tool } from './tool.ts';

/** Every sub-command, by name. */
export const tools: Readonly<Record<string, Tool>> = {
  bench: {
    summary: 'measure the client, the mock and the fixtures; --write keeps the tables in bench/RESULTS.md',
    load: () => import('./bench/command.ts'),
  },
  cases: {
    summary: 'run a folder of cases on a real QEMU and on a stand-in, and count right, honest and wrong',
    load: () => import('./cases/command.ts'),
  },
  demo: {
    summary: 'run the first example against the mock and a real QEMU, with the conversation behind each test',
    load: () => import('./demo/command.ts'),
  },
  differential: {
    summary: 'compare what the mock and real QEMUs answer to generated inputs; make a difference small',
    load: () => import('./differential/command.ts'),
  },
  docs: {
    summary:
      'write the tables of versions and options into the pages, from the types and the data; or check them',
    load: () => import('./docs/command.ts'),
  },
  english: {
    summary: 'check the words of comments, and that every public export has a comment and an example',
    load: () => import('./english/command.ts'),
  },
  examples: {
    summary: 'compile every @example of what the packages export',
    load: () => import('./examples/command.ts'),
  },
  flakes: {
    summary: 'run the suite again and again in random order on a busy machine, and count what fails',
    load: () => import('./flakes/command.ts'),
  },
  fuzz: {
    summary: 'give random inputs to everything that takes input from outside',
    load: () => import('./fuzz/command.ts'),
  },
  imports: {
    summary: 'check who imports whom: arrows point down, and there are no circles',
    load: () => import('./imports/command.ts'),
  },
  leaks: {
    summary: 'count what real runs of Vitest leave behind, however they end',
    load: () => import('./leaks/command.ts'),
  },
  load: {
    summary: 'put many clients at once on mocks, and peers that do not read',
    load: () => import('./load/command.ts'),
  },
  packages: {
    summary: "let publint and are-the-types-wrong look at the packages as they'd be published",
    load: () => import('./packages/command.ts'),
  },
  patterns: {
    summary: 'check that no regular expression of the packages takes more time than its text is long',
    load: () => import('./patterns/command.ts'),
  },
  reach: {
    summary:
      'use the packed packages on each Node, Vitest, runtime, runner and compiler; --write keeps the tables',
    load: () => import('./reach/command.ts'),
  },
  record: {
    summary: 'write down what real QEMUs answer, for the tests of qmp-mock; or check what is written',
    load: () => import('./record/command.ts'),
  },
  'release-check': {
    summary:
      'pack the packages, install them with npm, pnpm and yarn into empty projects, and use them there',
    load: () => import('./release-check/command.ts'),
  },
  sessions: {
    summary: 'compare a stand-in with a real QEMU in random sessions: a command line, then commands',
    load: () => import('./sessions/command.ts'),
  },
  site: {
    summary: 'steps of the build of the site: collect and generate its pages, check its links',
    load: () => import('./site/command.ts'),
  },
  soak: {
    summary: 'do the same thing thousands of times, and count what is left behind',
    load: () => import('./soak/command.ts'),
  },
  'test-matrix': {
    summary: 'run the whole suite on another Node and another Vitest',
    load: () => import('./test-matrix/command.ts'),
  },
  torture: {
    summary: 'run the suites through a proxy that hands on one byte at a time',
    load: () => import('./torture/command.ts'),
  },
  traces: {
    summary: 'look in a browser at the traces of ten tests that fail',
    load: () => import('./traces/command.ts'),
  },
  'type-tests': {
    summary: "compile qmp-core's type tests by each TypeScript that is supported",
    load: () => import('./type-tests/command.ts'),
  },
  versions: {
    summary: 'add a QEMU version to the packages, or remove one',
    load: () => import('./versions/command.ts'),
  },
};
