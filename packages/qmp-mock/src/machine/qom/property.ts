import type { QValue } from '../../engine/json/value.ts';

/** A property of an object as commands see it. */
export interface PropertyView {
  readonly type: string;
  /** Its value, `undefined` if it cannot be read. */
  readonly value: QValue | undefined;
  /** QEMU's refusal of reading it. */
  readonly error?: string | undefined;
  readonly writable: boolean;
  /** Whether it isn't known if it can be set. */
  readonly isSettingUnknown?: boolean | undefined;
  /** QEMU's refusal of setting it. */
  readonly refusal?: string | undefined;
}

/** A text that cannot be set. */
export function textProperty(value: string): PropertyView {
  return { type: 'string', value, writable: false };
}

/** An object below another. */
export function childProperty(type: string, path: string): PropertyView {
  return { type: `child<${type}>`, value: path, writable: false };
}
