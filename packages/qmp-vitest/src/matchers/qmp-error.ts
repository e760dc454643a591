import { inspect } from 'node:util';
import { QmpCommandError, type QmpErrorClass } from 'qmp-core';
import type { MatcherState } from 'vitest';
import type { MatchResult } from './match-result.ts';

/**
 * `toBeQmpError(class, desc?)`: the value is a {@link QmpCommandError} of this class.
 *
 * @param errorClass QEMU's error class, such as `DeviceNotFound`.
 * @param desc The description: the exact text, a part of it as a RegExp, or an asymmetric matcher.
 */
export function toBeQmpError(
  state: MatcherState,
  actual: unknown,
  errorClass: QmpErrorClass,
  desc?: unknown,
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
  const sameDesc =
    desc === undefined ||
    (desc instanceof RegExp ? desc.test(actual.desc) : state.equals(actual.desc, desc, state.customTesters));
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
  return value instanceof Error ? `${value.name}: ${value.message}` : `${inspect(value)}, which is no error`;
}
