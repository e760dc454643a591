// Runs the whole suite on another Node and another Vitest, in a copy of what is committed:
//   node scripts/test-matrix.mjs --node 24 --vitest 5.1 [-- arguments for Vitest]
// Both come from npm; nothing outside a temporary directory is written.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { node: { type: 'string', default: '24' }, vitest: { type: 'string', default: '5.1' } },
  allowPositionals: true,
});
const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'qmp-matrix-'));
const copy = join(scratch, 'project');

function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...options });
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? `exit ${status}`}`);
}

/** Every package of the workspace asks for the other Vitest, and for the types of the other Node. */
function retarget(file) {
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const dev = manifest.devDependencies ?? {};
  if (dev.vitest !== undefined) dev.vitest = `~${values.vitest}.0`;
  if (dev['@types/node'] !== undefined) dev['@types/node'] = `^${values.node}.0.0`;
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
}

try {
  run('git', ['clone', '-q', root, copy]);
  run('npm', ['install', '--silent', '--prefix', scratch, `node@${values.node}`, 'pnpm@12']);
  for (const room of ['.', 'packages', 'examples', 'tools']) {
    const folder = join(copy, room);
    for (const name of ['package.json', ...readdirSync(folder).map((entry) => join(entry, 'package.json'))]) {
      try {
        retarget(join(folder, name));
      } catch (error) {
        if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
      }
    }
  }
  const env = {
    ...process.env,
    PATH: `${join(scratch, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
  };
  run('node', ['--version'], { env });
  run('pnpm', ['install', '--no-frozen-lockfile', '--silent'], { cwd: copy, env });
  run('pnpm', ['run', 'test', ...positionals], { cwd: copy, env });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
