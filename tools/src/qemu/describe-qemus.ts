import { describe, test } from 'vitest';
import { findQemus } from './find-programs.ts';
import type { Program } from './program.ts';

/** `QMP_CONFORMANCE=all` compares all that is recorded; otherwise a part is enough. */
export const ALL: boolean = process.env['QMP_CONFORMANCE'] === 'all';

/**
 * Describes tests against every QEMU that is found; skips them if there is none, or fails if one is required.
 */
export function describeQemus(name: string, tests: (program: Program) => void): void {
  const found = findQemus();
  if (found.length > 0) {
    describe.each(found)(`${name} against $name`, tests);
    return;
  }
  const required = process.env['QMP_REQUIRE_QEMU'] === '1';
  test.skipIf(!required)(`${name} (skipped: there is no QEMU)`, () => {
    throw new Error(
      'QMP_REQUIRE_QEMU=1, and there is no QEMU: name one with QMP_QEMU_7_2 or QMP_QEMU_BINARY',
    );
  });
}
