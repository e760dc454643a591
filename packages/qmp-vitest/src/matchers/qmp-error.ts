import { inspect } from 'node:util';
import type { QmpErrorClass } from 'qmp-core/errors';
import { matches, QmpCommandError } from 'qmp-core/internal';
import type { Pattern } from 'qmp-core/matching';
import type { MatcherState } from 'vitest';
import type { MatchResult } from './match-result.ts';

/**
 * `toBeQmpError(class, desc?)`: the value is a {@link QmpCommandError} of this class.
 *
 * @param errorClass - QEMU's error class, such as `DeviceNotFound`.
 * @param desc - The description: the exact text, or a {@link Pattern} such as a RegExp for a part of it.
 */
export function toBeQmpError(
  state: MatcherState,
  actual: unknown,
  errorClass: QmpErrorClass,
  desc?: Pattern,
): MatchResult {
  const { isNot, utils } = state;
  const hint = utils.matcherHint('toBeQmpError', 'error', desc === undefined ? 'class' : 'class, desc', {
    isNot,
    promise: state.promise,
  });
  if (!(actual instanceof QmpCommandError)) {
    return {
      pass: false,
      message: () => `${hint}\n\nExpected a QmpCommandError (${errorClass}), but got ${describe(actual)}`,
    };
  }
  const sameDesc = desc === undefined || matches(actual.desc, desc);
  const pass = actual.class === errorClass && sameDesc;
  return {
    pass,
    message: () =>
      `${hint}\n\nExpected ${pass ? 'another error than' : 'a different error than'} ${describe(actual)}`,
    actual: desc === undefined ? { class: actual.class } : { class: actual.class, desc: actual.desc },
    expected: desc === undefined ? { class: errorClass } : { class: errorClass, desc },
  };
}

function describe(value: unknown): string {
  return value instanceof Error
    ? `${value.name}: ${value.message}`
    : `${inspect(value)}, which isn't an error`;
}
