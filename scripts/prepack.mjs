// Builds the package that npm is about to pack, from nothing: what an earlier build left behind isn't packed.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.cwd();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
for (const made of ['build', 'dist', 'tsconfig.build.tsbuildinfo']) {
  rmSync(join(folder, made), { recursive: true, force: true });
}
const environment = Object.fromEntries(
  // npm hands its own options down, which pnpm would take for its own.
  Object.entries(process.env).filter(([name]) => !/^npm_config_(?!registry|cache|userconfig)/i.test(name)),
);
run('npx', ['-y', 'pnpm@12', 'run', 'build']);
run(process.execPath, ['scripts/bundle.mjs', '--declarations', basename(folder)]);

function run(program, args) {
  const { status } = spawnSync(program, args, {
    cwd: root,
    env: environment,
    // npm's stdout may be JSON that somebody reads.
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
