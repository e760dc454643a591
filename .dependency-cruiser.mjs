/**
 * Who may import whom. Arrows point down, and there are no circles: `pnpm tools imports` checks it, as a part of `pnpm check`.
 *
 * What breaks a rule today is listed in `.dependency-cruiser-known.txt`, a line each. The list only gets shorter.
 */

const core = '^packages/qmp-core/src/';
const mock = '^packages/qmp-mock/src/';
const vitest = '^packages/qmp-vitest/src/';

/** Modules of qmp-core without input or output. */
const pureCore = '^packages/qmp-core/src/(wire/|errors\\.ts)';

/** A rule on a part of a package: it may import itself and what is said, of this repository. */
const only = (name, comment, from, ...allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(packages|tools|scripts|examples)/', pathNot: [from, ...allowed] },
});

export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Modules that import each other, types included, can only be understood together.',
      severity: 'error',
      from: { path: '^(packages|tools)/' },
      to: { circular: true },
    },
    {
      name: 'no-circles-of-rooms',
      comment: 'The subsystems of a machine, and all other folders, have an order.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(packages|tools)/' },
      to: { circular: true },
    },
    only('qmp-core-is-the-base', 'qmp-core imports neither of the others.', core),
    only('qmp-mock-on-qmp-core', 'qmp-mock imports qmp-core only.', mock, core),
    only('qmp-vitest-on-both', 'qmp-vitest imports the other two only.', vitest, mock, core),
    only(
      'wire-is-the-base',
      'wire/ imports nothing of qmp-core above it; the classes of errors are below it.',
      `${core}wire/`,
      `${core}errors\\.ts$`,
    ),
    only(
      'engine-is-the-base',
      "engine/ imports only itself and qmp-core's pure modules.",
      `${mock}engine/`,
      pureCore,
    ),
    only('machine-on-engine', 'machine/ imports engine/.', `${mock}machine/`, `${mock}engine/`, pureCore),
    only(
      'version-below-process',
      'version/ reads the data of a version for engine/ and machine/.',
      `${mock}version/`,
      `${mock}(engine|machine)/`,
      core,
    ),
    only(
      'learn-on-version',
      'learn/ makes the data of a version: it imports what that is for.',
      `${mock}learn/`,
      `${mock}(engine|machine|version)/`,
      core,
    ),
    {
      name: 'learn-for-cli',
      comment: 'learn/ starts QEMUs: only the command does that.',
      severity: 'error',
      from: { path: mock, pathNot: `${mock}(learn|cli)/` },
      to: { path: `${mock}learn/` },
    },
    only(
      'process-on-machine',
      'process/ imports machine/ and engine/.',
      `${mock}process/`,
      `${mock}(engine|machine|version)/`,
      core,
    ),
    only(
      'qemu-img-on-images',
      'qemu-img/ reads and writes images, and knows nothing of a machine.',
      `${mock}qemu-img/`,
      `${mock}(engine/json|machine/block/image)/`,
      `${mock}process/node/image-files\\.ts$`,
    ),
    only(
      'mock-on-process',
      'mock/ imports process/ and below.',
      `${mock}mock/`,
      `${mock}(engine|machine|version|process)/`,
      core,
    ),
    only(
      'cassette-on-mock',
      'cassette/ imports mock/ and below.',
      `${mock}cassette/`,
      `${mock}(engine|machine|version|process|mock)/`,
      core,
    ),
    {
      name: 'cli-is-the-top',
      comment: 'Nothing imports cli/.',
      severity: 'error',
      from: { pathNot: `${mock}cli/` },
      to: { path: `${mock}cli/` },
    },
    {
      name: 'no-node-in-the-engine',
      comment: 'engine/, machine/ and the pure modules of qmp-core run wherever JavaScript runs.',
      severity: 'error',
      from: { path: [`${mock}(engine|machine)/`, pureCore] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-schema-at-run-time',
      comment: 'The types of QEMU’s commands, and their generator, cost a program nothing.',
      severity: 'error',
      from: { path: core, pathNot: `${core}(qapi|qapi-gen|cli|shell)/` },
      to: { path: `${core}(qapi|qapi-gen)/`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tools-by-their-internals',
      comment: 'What a package does not export is imported by the files of tools/src/internals alone.',
      severity: 'error',
      from: { path: '^tools/src/', pathNot: '^tools/src/internals/' },
      to: { path: '^packages/[^/]+/build/' },
    },
    {
      name: 'no-tests-in-products',
      comment: 'What is published does not import what is not.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: ['^tools/', '^packages/[^/]+/test/', '\\.test\\.ts$'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^packages/[^/]+/build/', '/dist/'] },
    // Tests may look at anything.
    exclude: { path: ['\\.test(-d)?\\.ts$', '^packages/[^/]+/test/'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['qmp-test-source', 'import', 'node', 'types', 'default'],
    },
  },
};
