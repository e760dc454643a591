import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../lib/repository.ts';
import type { Installer, ProjectFiles } from './installers.ts';
import type { Tarball } from './pack.ts';

/** Longest time that one step may take, in ms: an installation from the registry on a loaded machine. */
const STEP_LIMIT = 300_000;

/**
 * Sources of a new user: the README's first test, the client and the mock by `qmp-vitest` alone, a fixture of
 * their own.
 */
const SOURCES: ProjectFiles = {
  'src/first.test.ts': `import { expect, test } from 'qmp-vitest';

test('stop pauses the guest', async ({ qmp }) => {
  await qmp.execute('cont');
  await qmp.execute('stop');

  await expect(qmp).toEmitEvent('STOP');
  expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' });
});
`,
  'src/parts.test.ts': `import { expect, test } from 'vitest';
import { QmpClient, QmpCommandError } from 'qmp-vitest/core';
import { MockQmp } from 'qmp-vitest/mock';

test('the client and the mock come with it', async () => {
  const mock = new MockQmp();
  mock.expect('stop').error('GenericError', 'not now');
  const client = await QmpClient.over(mock.connect());
  await expect(client.execute('stop')).rejects.toThrow(QmpCommandError);
  await client.close();
  mock.verify();
  await mock.close();
});
`,
  'src/fixtures.ts': `import { test as base } from 'qmp-vitest';

/** A fixture of the project's own, exported from a file of which declarations are made. */
export const test = base.extend<{ status: string }>({
  status: async ({ qmp }, use) => {
    const { status } = await qmp.execute('query-status');
    await use(status);
  },
});
`,
  'src/fixtures.test.ts': `import { expect } from 'qmp-vitest';
import { test } from './fixtures.ts';

test('a fixture on top of ours', ({ status }) => {
  expect(status).toBe('running');
});
`,
};

/** Makes an empty project, installs the packages with one package manager, and uses them. */
export function checkProject(
  name: string,
  installer: Installer,
  tarballs: readonly Tarball[],
  folder: string,
): boolean {
  const { manifest, files } = installer.setUp(tarballs);
  const vitest = tarballs.find((tarball) => tarball.name === 'qmp-vitest');
  write(folder, {
    'package.json': JSON.stringify({
      name: 'a-new-project',
      private: true,
      type: 'module',
      devDependencies: {
        ...versionsOf(['typescript', 'vitest', '@types/node']),
        'qmp-vitest': `file:${vitest?.path}`,
      },
      ...manifest,
    }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'ES2022',
        lib: ['ES2023', 'ESNext.Disposable'],
        module: 'NodeNext',
        types: ['node'],
        strict: true,
        skipLibCheck: false,
        declaration: true,
        allowImportingTsExtensions: true,
        emitDeclarationOnly: true,
        rootDir: 'src',
        outDir: 'types',
      },
      include: ['src'],
    }),
    ...files,
    ...SOURCES,
  });
  const binary = (tool: string): string => join(folder, 'node_modules', '.bin', tool);
  return (
    step(`${name}: install`, installer.install, folder) &&
    step(`${name}: types and declarations`, [binary('tsc'), '-p', '.'], folder) &&
    step(`${name}: a test`, [binary('vitest'), 'run'], folder)
  );
}

/** The versions that this workspace itself is developed with. */
function versionsOf(names: readonly string[]): Record<string, string> {
  const { devDependencies } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  return Object.fromEntries(names.map((name) => [name, devDependencies[name] ?? '*']));
}

function write(folder: string, files: ProjectFiles): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

/** Runs one step; its output is shown only if it fails. */
function step(title: string, [program = '', ...args]: readonly string[], cwd: string): boolean {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    timeout: STEP_LIMIT,
    // A stranger's project: nothing of this run's own package manager, and no backend but the default.
    env: Object.fromEntries(
      Object.entries(process.env).filter(
        ([key]) => !/^(npm_(?!config_(registry|cache|userconfig))|QMP_|pnpm_|INIT_CWD)/i.test(key),
      ),
    ),
  });
  const good = status === 0;
  console.log(good ? `ok      ${title}` : `FAIL    ${title}\n${error?.message ?? ''}${stdout}${stderr}`);
  return good;
}
