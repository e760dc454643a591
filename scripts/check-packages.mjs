// Packs each published package as npm would and lets publint and are-the-types-wrong look at the result.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readdirSync(join(root, 'packages')).toSorted();

/** Runs a tool of this workspace; its output is shown only when it fails. */
function run(title, tool, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(tool, args, { cwd, encoding: 'utf8' });
  if (status === 0) {
    console.log(`ok    ${title}`);
    return true;
  }
  console.log(`FAIL  ${title}\n${error?.message ?? ''}${stdout}${stderr}`);
  return false;
}

const scratch = mkdtempSync(join(tmpdir(), 'qmp-pack-'));
let good = true;
try {
  for (const name of packages) {
    const folder = join(root, 'packages', name);
    good = run(`publint ${name}`, 'publint', ['--strict', '--pack', 'npm'], folder) && good;
    const packed = spawnSync('npm', ['pack', '--json', '--pack-destination', scratch], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (packed.status !== 0) {
      console.log(`FAIL  npm pack ${name}\n${packed.stderr}`);
      good = false;
      continue;
    }
    const [{ filename, files }] = Object.values(JSON.parse(packed.stdout));
    good =
      run(
        `are-the-types-wrong ${name}`,
        'attw',
        [join(scratch, filename), '--profile', 'esm-only'],
        folder,
      ) && good;
    const stray = files
      .map((file) => file.path)
      .filter((path) => /\.test(-d)?\.|tsbuildinfo|(^|\/)test\//.test(path));
    if (stray.length > 0) {
      console.log(`FAIL  contents of ${name}: ${stray.join(', ')} should not be published`);
      good = false;
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = good ? 0 : 1;
