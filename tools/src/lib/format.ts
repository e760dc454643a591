import { spawnSync } from 'node:child_process';
import { inRepository } from './repository.ts';

/** Formats files as `pnpm format` does: tables whose cells changed get their padding back. */
export function format(paths: readonly string[]): void {
  if (paths.length === 0) return;
  const formatter = inRepository('node_modules/.bin/oxfmt');
  const { status, stderr } = spawnSync(formatter, paths, { cwd: inRepository(), encoding: 'utf8' });
  if (status !== 0) throw new Error(`oxfmt could not format ${paths.join(', ')}: ${stderr}`);
}
