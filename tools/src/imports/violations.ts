import { spawnSync } from 'node:child_process';
import { inRepository } from '../lib/repository.ts';

/** An import that breaks a rule, as dependency-cruiser reports it. */
interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

const ROOMS = ['packages/qmp-core/src', 'packages/qmp-mock/src', 'packages/qmp-vitest/src', 'tools/src'];

/**
 * The imports that break a rule of `.dependency-cruiser.mjs`, a text each, in order. A circle is every import
 * that is a part of it: which ways lead around changes with each that is broken, which imports do does not.
 */
export function findViolations(): string[] {
  const program = inRepository('tools/node_modules/.bin/depcruise');
  const { stdout, stderr, error } = spawnSync(program, [...ROOMS, '--output-type', 'json'], {
    cwd: inRepository(),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined || stdout === '')
    throw new Error(`dependency-cruiser failed: ${error?.message}\n${stderr}`);
  const { summary }: { summary: { violations: readonly Violation[]; totalCruised: number } } =
    JSON.parse(stdout);
  if (summary.totalCruised < 100) throw new Error(`It found only ${summary.totalCruised} modules`);
  return [
    ...new Set(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)),
  ].toSorted();
}
