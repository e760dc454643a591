import type { GivenOption } from '../machine-options.ts';
import { optionValues } from './option-values.ts';

/**
 * The accelerator that a machine has: the first that is asked for and is there (`configure_accelerators`).
 *
 * @param given - The options of its command line.
 * @param hasKvm - Tells whether its host has KVM.
 */
export function chosenAccelerator(given: readonly GivenOption[], hasKvm: () => boolean): string {
  const asked = given.flatMap(({ name, argument }) => {
    if (name === 'enable-kvm') return ['kvm'];
    if (name === 'accel') return [optionValues(argument, 'accel').get('accel') ?? ''];
    const isMachine = name === 'machine' || name === 'M';
    return isMachine ? (optionValues(argument, 'type').get('accel')?.split(':') ?? []) : [];
  });
  return asked.find((name) => name !== 'kvm' || hasKvm()) ?? 'tcg';
}
