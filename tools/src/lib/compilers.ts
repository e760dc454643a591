import { join } from 'node:path';
import { packageFolder } from './packages.ts';
import { inRepository } from './repository.ts';

/** The compilers that are supported, by version: the names under which they are installed. */
export const COMPILERS: Readonly<Record<string, string>> = {
  '5.9': 'typescript-5.9',
  '6.0': 'typescript-6.0',
  '7.0': 'typescript',
};

/** The path of an installed compiler. */
export function compilerPath(alias: string): string {
  return join(packageFolder(alias, inRepository('tools')), 'bin/tsc');
}
