import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { inRepository } from '../lib/repository.ts';
import { Scratch } from '../lib/scratch.ts';
import { UserError } from '../lib/user-error.ts';

/** The folders that have packages, or folders of packages, in them. */
const ROOMS = ['.', 'packages', 'examples', 'tools'];

export function define(command: Command): void {
  command
    .description(
      `Runs the whole suite on another Node and another Vitest, in a copy of what is committed. Both come from npm; nothing
outside a temporary directory is written.`,
    )
    .argument('[arguments...]', 'for Vitest, after --')
    .option('--node <version>', 'which Node', '24')
    .option('--vitest <version>', 'which Vitest', '5.1')
    .action((given, { node, vitest }) => {
      using scratch = new Scratch('qmp-matrix-');
      const copy = scratch.file('project');
      run('git', ['clone', '-q', inRepository(), copy]);
      run('npm', ['install', '--silent', '--prefix', scratch.path, `node@${node}`, 'pnpm@12']);
      for (const room of ROOMS) {
        const folder = join(copy, room);
        for (const name of ['.', ...readdirSync(folder)]) {
          const file = join(folder, name, 'package.json');
          if (existsSync(file)) retarget(file, node, vitest);
        }
      }
      const bin = scratch.file('node_modules/.bin');
      const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` };
      run('node', ['--version'], { env });
      run('pnpm', ['install', '--no-frozen-lockfile', '--silent'], { cwd: copy, env });
      run('pnpm', ['run', 'test', ...given], { cwd: copy, env });
    });
}

function run(program: string, args: readonly string[], options: SpawnSyncOptions = {}): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...options });
  if (status !== 0)
    throw new UserError(`${program} ${args.join(' ')} failed: ${error?.message ?? `exit ${status}`}`);
}

/** Lets a package ask for the other Vitest, and for the types of the other Node. */
function retarget(file: string, node: string, vitest: string): void {
  const manifest: { devDependencies?: Record<string, string> } = JSON.parse(readFileSync(file, 'utf8'));
  const dev = manifest.devDependencies ?? {};
  if ('vitest' in dev) dev['vitest'] = `~${vitest}.0`;
  if ('@types/node' in dev) dev['@types/node'] = `^${node}.0.0`;
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
}
