import process from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * Longest interpreter that the kernel reads from a script's first line (`BINPRM_BUF_SIZE` of Linux before
 * 5.1).
 */
const SHEBANG_LIMIT = 127;

/**
 * A script that runs one of this package's programs by this very Node, whatever `PATH` the code under test
 * has: `launcher`, which stands for an emulator, or `fault-relay`.
 */
export function nodeScript(program: 'launcher' | 'fault-relay'): string {
  // Children are separate processes, which cannot read TypeScript: the built program, also from these
  // sources.
  const module = fileURLToPath(new URL(`../../dist/${program}.cjs`, import.meta.url));
  const shebang = `#!${process.execPath}`;
  const usable = shebang.length < SHEBANG_LIMIT && !/\s/.test(process.execPath);
  return [usable ? shebang : '#!/usr/bin/env node', `require(${JSON.stringify(module)});`, ''].join('\n');
}
