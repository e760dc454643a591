/**
 * What the packages of this project share and nobody else should use: it may change in any release.
 *
 * @module
 */
export { blame, CallSite } from '../call-site.ts';
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
export { suggest } from '../suggest.ts';
