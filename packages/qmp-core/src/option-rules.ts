import { QmpOptionError } from './errors.ts';
import { show } from './matching/show.ts';
import { suggest } from './suggest.ts';

/** A test of one option, with its description in words that follow "Expected `x` to be". */
export interface OptionRule {
  readonly what: string;
  accepts(value: unknown): boolean;
}

/** A rule for each option of an options object. The compiler makes sure that every option has one. */
export type OptionRules<T> = { readonly [K in keyof T]-?: OptionRule };

const rule = (what: string, accepts: (value: unknown) => boolean): OptionRule => ({ what, accepts });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Any value. */
export const ANYTHING: OptionRule = rule('anything', () => true);
/** `true` or `false`. */
export const BOOLEAN: OptionRule = rule('true or false', (value) => typeof value === 'boolean');
/** A string. */
export const TEXT: OptionRule = rule('a string', (value) => typeof value === 'string');
/** Strings. */
export const TEXTS: OptionRule = rule(
  'an array of strings',
  (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
);
/** A function. */
export const FUNCTION: OptionRule = rule('a function', (value) => typeof value === 'function');
/** An object. */
export const OBJECT: OptionRule = rule('an object', isObject);
/** An abort signal, of this or another realm. */
export const SIGNAL: OptionRule = rule(
  'an AbortSignal',
  (value) => isObject(value) && 'aborted' in value && typeof value['addEventListener'] === 'function',
);
/** A deadline. */
export const TIMEOUT: OptionRule = rule(
  'a number of ms from 0, or null for none',
  (value) => value === null || (typeof value === 'number' && value >= 0),
);

/** A number that is not less than `least`. */
export function numberFrom(least: number, unit: string = ''): OptionRule {
  return rule(`a number${unit === '' ? '' : ` of ${unit}`} from ${least}`, (value) => {
    return typeof value === 'number' && value >= least;
  });
}

/** A whole number that is not less than `least`; `Infinity` for no limit. */
export function countFrom(least: number): OptionRule {
  return rule(
    `a whole number from ${least}, or Infinity`,
    (value) =>
      typeof value === 'number' && value >= least && (Number.isSafeInteger(value) || value === Infinity),
  );
}

/** One of these values, or what another rule accepts. */
export function oneOf(values: readonly unknown[], other?: OptionRule): OptionRule {
  const names = values.map((value) => show(value)).join(', ');
  return rule(
    other === undefined ? `one of ${names}` : `one of ${names}, or ${other.what}`,
    (value) => values.includes(value) || other?.accepts(value) === true,
  );
}

/** An object with these methods. */
export function objectWith(what: string, ...methods: readonly string[]): OptionRule {
  return rule(what, (value) => isObject(value) && methods.every((name) => typeof value[name] === 'function'));
}

/** Makes the error that says what was expected of an option, and what it got. */
export function optionError(option: string, what: string, got: unknown, cause?: unknown): QmpOptionError {
  return new QmpOptionError(`Expected \`${option}\` to be ${what}, got ${show(got)}`, {
    option,
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Refuses options that are unknown or not what they have to be.
 *
 * @param of - Owner of the options: `QmpClient.connect`.
 * @param options - The options. An `undefined` one counts as left out.
 * @param rules - A rule for each option.
 * @param meant - Wrong names that aren't similar to a right one, with the option that is probably meant:
 *   `{ version: 'qemu' }`.
 * @throws QmpOptionError for the first wrong option. For an unknown name it suggests the nearest known one.
 */
export function checkOptions<T extends object>(
  of: string,
  options: T | undefined,
  rules: OptionRules<T>,
  meant: Readonly<Record<string, string>> = {},
): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw optionError('options', `an object with options of ${of}`, options);
  }
  for (const key of Object.keys(options)) {
    const known = Object.hasOwn(rules, key) ? rules[key as keyof T] : undefined;
    if (known === undefined) throw unknownOption(of, key, Object.keys(rules), meant);
    const value: unknown = options[key as keyof T];
    if (value !== undefined && !known.accepts(value)) throw optionError(key, known.what, value);
  }
}

function unknownOption(
  of: string,
  key: string,
  known: readonly string[],
  meant: Readonly<Record<string, string>>,
): QmpOptionError {
  const near = Object.hasOwn(meant, key) ? meant[key] : suggest(key, known, 1)[0];
  const hint = near === undefined ? '' : ` Did you mean \`${near}\`?`;
  return new QmpOptionError(
    `Expected \`${key}\` to be an option of ${of}, got an unknown name.${hint} The options are ${known.join(', ')}`,
    { option: key },
  );
}
