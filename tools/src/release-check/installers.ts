import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Tarball } from './pack.ts';

/** A file of a new project. */
export type ProjectFiles = Record<string, string>;

/**
 * A package manager: how it is told that packages which depend on each other come from tarballs, and how it
 * installs.
 */
export interface Installer {
  /** The manifest's members and the files by which the tarballs stand in for the registry's packages. */
  readonly setUp: (tarballs: readonly Tarball[]) => { manifest: object; files: ProjectFiles };
  readonly install: readonly string[];
}

const byName = (tarballs: readonly Tarball[]): Record<string, string> =>
  Object.fromEntries(tarballs.map(({ name, path }) => [name, `file:${path}`]));

/** Package managers by name. */
export const INSTALLERS: Readonly<Record<string, Installer>> = {
  npm: {
    // npm refuses an override of a direct dependency, unless it says the same.
    setUp: (tarballs) => ({ manifest: { overrides: byName(tarballs) }, files: {} }),
    install: ['npm', 'install', '--no-audit', '--no-fund'],
  },
  pnpm: {
    setUp: (tarballs) => ({
      manifest: {},
      files: {
        'pnpm-workspace.yaml': `overrides:\n${Object.entries(byName(tarballs))
          .map(([name, place]) => `  ${name}: ${JSON.stringify(place)}\n`)
          .join('')}`,
      },
    }),
    install: ['npx', '-y', 'pnpm@12', 'install'],
  },
  yarn: {
    setUp: (tarballs) => ({
      manifest: { resolutions: { ...byName(tarballs), vite: viteVersion() } },
      files: {
        // yarn asks a registry of its own unless it's told where this machine's npm gets its packages.
        '.yarnrc.yml': `nodeLinker: node-modules\nenableTelemetry: false\nnpmRegistryServer: ${registry()}\n`,
        'yarn.lock': '',
      },
    }),
    install: ['npx', '-y', '@yarnpkg/cli-dist@4', 'install', '--no-immutable'],
  },
};

/** The registry that npm is set up to use. */
function registry(): string {
  const { stdout } = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' });
  return JSON.stringify(stdout.trim());
}

/**
 * The version of Vite that this workspace's Vitest uses: yarn alone fails if an
 * optional dependency of a newer one isn't in the registry.
 */
function viteVersion(): string {
  const vitest = createRequire(import.meta.url).resolve('vitest/package.json');
  const manifest = createRequire(vitest).resolve('vite/package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
