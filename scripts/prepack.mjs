// Builds the package that npm is about to pack, from nothing: what an earlier build left behind isn't packed.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.cwd();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
rmSync(join(folder, 'dist'), { recursive: true, force: true });
for (const file of readdirSync(folder)) if (file.endsWith('.tsbuildinfo')) rmSync(join(folder, file));
const environment = Object.fromEntries(
  // npm hands its own options down, which pnpm would take for its own.
  Object.entries(process.env).filter(([name]) => !/^npm_config_(?!registry|cache|userconfig)/i.test(name)),
);
const { status } = spawnSync('npx', ['-y', 'pnpm@12', 'run', 'build'], {
  cwd: root,
  env: environment,
  // What npm prints on its standard output may be JSON that somebody reads.
  stdio: ['ignore', 2, 2],
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;
