import { QDict, type QValue } from '../../engine/json/value.ts';
import { genericError } from '../command.ts';
import type { MachineRules } from '../machine-rules.ts';

/** QEMU's words about a parameter out of range. A bound that is a name stands for that parameter. */
type Range =
  | { readonly kind: 'integer'; readonly min: number; readonly max: number; readonly text: string }
  | { readonly kind: 'value'; readonly min: number; readonly max: number; readonly text: string }
  | {
      readonly kind: 'other';
      readonly ok: (value: number, parameters: QDict) => boolean;
      readonly text: string;
    };

const integer = (min: number, max: number, text = `${min} to ${max}`): Range => ({
  kind: 'integer',
  min,
  max,
  text: `expects an integer in the range of ${text}`,
});
const value = (min: number, max: number): Range => ({
  kind: 'value',
  min,
  max,
  text: `expects a value between ${min} and ${max}`,
});

/** Longest downtime that may be asked for, in ms. */
const MAX_DOWNTIME = 2_000_000;
const PAGE = 4096;

/** Ranges of the parameters, in the order in which QEMU looks at them (`migrate_params_check`). */
const RANGES: ReadonlyMap<string, Range> = new Map<string, Range>([
  ['compress-level', value(0, 9)],
  ['compress-threads', value(1, 255)],
  ['decompress-threads', value(1, 255)],
  ['throttle-trigger-threshold', integer(1, 100)],
  ['cpu-throttle-initial', integer(1, 99)],
  ['cpu-throttle-increment', integer(1, 99)],
  ['downtime-limit', integer(0, MAX_DOWNTIME, '0 to (2000 * 1000) ms')],
  ['multifd-channels', value(1, 255)],
  ['multifd-zlib-level', value(0, 9)],
  ['multifd-qatzip-level', value(1, 9)],
  ['multifd-zstd-level', value(0, 20)],
  [
    'xbzrle-cache-size',
    {
      kind: 'other',
      ok: (size) => size >= PAGE && Number.isInteger(Math.log2(size)),
      text: 'expects a power of two no less than the target page size',
    },
  ],
  [
    'max-cpu-throttle',
    {
      kind: 'other',
      ok: (limit, parameters) => limit >= Number(parameters.get('cpu-throttle-initial')) && limit <= 99,
      text: 'expects an integer in the range of cpu_throttle_initial to 99',
    },
  ],
  ['announce-initial', value(0, 100_000)],
  ['announce-max', value(0, 100_000)],
  ['announce-rounds', value(0, 1000)],
  ['announce-step', value(1, 10_000)],
  ['x-vcpu-dirty-limit-period', value(1, 1000)],
  ['vcpu-dirty-limit', { kind: 'other', ok: (limit) => limit >= 1, text: 'must be greater than 1 MB/s' }],
]);

/** Parameters whose range is printed with another lower bound than the one that is enforced. */
const PRINTED: Readonly<Record<string, string>> = { 'announce-step': 'expects a value between 0 and 10000' };

/** The parameters of migrations. */
export class MigrationParameters {
  /** All of them by name. */
  readonly values: QDict;
  readonly #rules: Pick<MachineRules, 'migrationParameter'>;

  /** @param recorded - Their initial values. */
  constructor(recorded: QDict | undefined, rules: Pick<MachineRules, 'migrationParameter'>) {
    this.values = new QDict(recorded);
    this.#rules = rules;
  }

  /** `migrate-set-parameters`: all or nothing. */
  set(args: QDict): void {
    for (const [name, range] of RANGES) {
      const given = args.get(name);
      if (given !== undefined && !this.#fits(given, range)) throw genericError(this.#refusal(name, range));
    }
    for (const [name, given] of args) this.values.set(name, setting(given));
  }

  #fits(given: QValue, range: Range): boolean {
    const number = Number(given);
    if (range.kind === 'other') return range.ok(number, this.values);
    return number >= range.min && number <= range.max;
  }

  #refusal(name: string, range: Range): string {
    const text = PRINTED[name] ?? range.text;
    if (this.#rules.migrationParameter === 'option') return `Option ${name} ${text}`;
    return `Parameter '${name.startsWith('x-') ? name : name.replaceAll('-', '_')}' ${text}`;
  }
}

const WRAP = 2n ** 64n;

/** Numbers below zero are taken for unsigned ones; null clears a text. */
function setting(given: QValue): QValue {
  if (given === null) return '';
  if (typeof given === 'number' && given < 0) return BigInt(given) + WRAP;
  if (typeof given === 'bigint' && given < 0n) return given + WRAP;
  return given;
}
