import type { GivenOption } from '../machine-options.ts';
import { kindOf } from '../qdev/model-table.ts';
import { optionValues } from '../setup/option-values.ts';

/** A port of the guest that a chardev is behind. */
export type PortKind = 'serial' | 'parallel';

const PORTS: readonly PortKind[] = ['serial', 'parallel'];
/** Boards that have them. */
const BOARDS = new Set(['pc', 'q35', 'isapc', 'microvm']);
/** Options that bring a monitor, so that the board doesn't bring one. */
const MONITORS = /^(monitor|qmp|qmp-pretty|mon)$/;

/**
 * The ports that a board has without being asked for, each with what `-serial` or `-parallel` would say of it
 * (`qemu_disable_default_devices` in `system/vl.c`). They are text consoles. With `-nographic` nothing is
 * behind the parallel one, and the serial one, which is then on the terminal, isn't among them.
 *
 * @param type - Type of the machine.
 */
export function defaultPorts(
  type: string,
  given: readonly GivenOption[],
): readonly (readonly [PortKind, string])[] {
  const has = (name: string): boolean => given.some((option) => option.name === name);
  if (has('nodefaults') || !BOARDS.has(kindOf(type))) return [];
  const ports = PORTS.filter((kind) => !has(kind) && !hasDevice(given, `isa-${kind}`));
  if (has('nographic')) return ports.includes('parallel') ? [['parallel', 'null']] : [];
  return ports.map((kind) => [kind, 'vc']);
}

/** Whether all chardevs are known that a board with default devices brings. */
export function areDefaultPortsKnown(type: string, given: readonly GivenOption[]): boolean {
  if (!BOARDS.has(kindOf(type)) || !given.some(({ name }) => MONITORS.test(name))) return false;
  return given.some(({ name }) => name === 'serial') || !given.some(({ name }) => name === 'nographic');
}

function hasDevice(given: readonly GivenOption[], driver: string): boolean {
  return given.some(
    ({ name, argument }) =>
      name === 'device' &&
      !argument.startsWith('{') &&
      optionValues(argument, 'driver').get('driver') === driver,
  );
}
