/**
 * Helpers that the packages of this project share. Don't use them elsewhere: they may change in any release.
 *
 * @module
 */
export { hasBrand, setBrand, type Brand } from '../brand.ts';
export { blame, CallSite } from '../call-site.ts';
export { QmpCommandError, QmpDisconnectedError, QmpStateError, QmpTimeoutError } from '../errors.ts';
export { lateRedactor } from '../late-redactor.ts';
export { describeDifferences, Matcher, matches, show } from '../matching/index.ts';
export { visible } from '../redact/visible.ts';
export { markUp } from '../mark-up.ts';
export {
  ANYTHING,
  BOOLEAN,
  checkOptions,
  countFrom,
  FUNCTION,
  numberFrom,
  OBJECT,
  objectWith,
  oneOf,
  optionError,
  SIGNAL,
  TEXT,
  TEXTS,
  TIMEOUT,
  type OptionRule,
  type OptionRules,
} from '../option-rules.ts';
export { withoutPosition } from '../matching/reg-exp.ts';
export { suggest } from '../suggest.ts';
export { setTimeOutHint } from '../time-out-hint.ts';
