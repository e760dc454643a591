import type { QValue } from '../../engine/json/value.ts';
import { optionValues } from '../setup/option-values.ts';
import { parseSize } from '../setup/size.ts';

/** Members that are text. */
const TEXTS = new Set(['type', 'memdev', 'hierarchy', 'data-type', 'associativity', 'policy']);
/** Members that are sizes, and what a number without a unit counts. */
const SIZES: Readonly<Record<string, string>> = { mem: 'M', size: 'B', bandwidth: 'B' };

/** Numbers of CPUs: `0-3`. */
export const CPU_RANGE: RegExp = /^(\d+)(?:-(\d+))?$/;

/**
 * The argument of `-numa` as the arguments of `set-numa-node`. Text that isn't the number which it has to be
 * stays as it is.
 */
export function numaOption(argument: string): ReadonlyMap<string, QValue> {
  const values = optionValues(argument, 'type');
  const options = new Map<string, QValue>();
  for (const [name, text] of values) {
    if (name === 'cpus') options.set(name, allCpus(argument));
    else options.set(name, TEXTS.has(name) ? text : (numberIn(name, text) ?? text));
  }
  return options;
}

function numberIn(name: string, text: string): number | undefined {
  const unit = SIZES[name];
  if (unit !== undefined) return parseSize(text, unit);
  return /^(0[xX][\da-fA-F]+|\d+)$/.test(text) ? Number(text) : undefined;
}

/** CPUs of all ranges of an argument, which may give several. */
function allCpus(argument: string): number[] {
  return argument.split(',').flatMap((part) => {
    const [, from, to = from] = CPU_RANGE.exec(/^cpus=(.*)$/.exec(part)?.[1] ?? '') ?? [];
    if (from === undefined) return [];
    return Array.from({ length: Math.max(0, Number(to) - Number(from) + 1) }, (_, at) => Number(from) + at);
  });
}
