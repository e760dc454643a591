import { guestNameIn } from './guest-name.ts';
import { findOptions, hasOption } from './options.ts';
import type { QemuCommand } from './qemu-command.ts';

/**
 * Options of the command line by their names without dashes, such as `{ name: 'web', m: '512M' }`. A text is
 * the whole value of the option, or of one of them if there are several; a RegExp is found in it; `true` asks
 * for the option alone. `name` is the guest's name, `-name web` as well as `-name guest=web,process=vm-web`.
 */
export interface OptionFilter {
  readonly [option: string]: string | RegExp | true;
}

/** Says which of several machines is meant: by options, or by a function of the command line. */
export type StartFilter = OptionFilter | ((vm: QemuCommand) => boolean);

/** Whether a machine is the one that is meant. */
export function isMeant(filter: StartFilter | undefined, vm: QemuCommand): boolean {
  if (filter === undefined) return true;
  if (typeof filter === 'function') return filter(vm);
  return Object.entries(filter).every(([option, wanted]) => {
    if (wanted === true) return hasOption(vm.argv, option);
    const values = findOptions(vm.argv, option);
    return (option === 'name' ? values.map(guestNameIn) : values).some((value) =>
      typeof wanted === 'string' ? value === wanted : wanted.test(value),
    );
  });
}

/** Describes a filter for a message. */
export function describeFilter(filter: StartFilter | undefined): string {
  if (filter === undefined) return '';
  if (typeof filter === 'function') return ' that the filter is true of';
  const options = Object.entries(filter).map(([name, value]) =>
    value === true ? `-${name}` : `-${name} ${value}`,
  );
  return ` with ${options.join(' ')}`;
}
