import type { GivenOption } from '../machine-options.ts';
import { optionValues } from '../setup/option-values.ts';
import type { TypeTable } from '../types/type-table.ts';

/** `-global`: a value that a property of every device of a type begins with. */
export interface GlobalProperty {
  /** The type, or one that others are derived from. */
  readonly driver: string;
  readonly property: string;
  readonly value: string;
}

/** Reads the argument of `-global`, in either of its two forms. */
export function readGlobal(argument: string): GlobalProperty {
  const [, driver, property, value] = /^([^.=,]+)\.([^=]+)=([^]*)$/.exec(argument) ?? [];
  if (driver !== undefined && property !== undefined && value !== undefined)
    return { driver, property, value };
  const values = optionValues(argument, '');
  const get = (name: string): string => values.get(name) ?? '';
  return { driver: get('driver'), property: get('property'), value: get('value') };
}

/** Words before the reason why a global property can't be one of a device. */
export function globalRefused({ driver, property, value }: GlobalProperty, reason: string): string {
  return `can't apply global ${driver}.${property}=${value}: ${reason}`;
}

/** The global properties of a command line. */
export class DeviceGlobals {
  readonly #all: readonly GlobalProperty[];
  readonly #types: () => TypeTable;

  constructor(given: readonly GivenOption[], types: () => TypeTable) {
    this.#all = given.filter(({ name }) => name === 'global').map(({ argument }) => readGlobal(argument));
    this.#types = types;
  }

  /** Whether there are any. */
  get exist(): boolean {
    return this.#all.length > 0;
  }

  /** Those of a type, in their order: the last one of a property counts. */
  of(type: string): readonly GlobalProperty[] {
    if (!this.exist) return [];
    const types = this.#types();
    if (types.find(type) === undefined) return [];
    return this.#all.filter(({ driver }) => types.find(driver) !== undefined && types.is(type, driver));
  }
}
