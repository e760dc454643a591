import type { MachineData } from '../../machine/machine-data.ts';

/** One option of a command line, in the order in which it came. */
export interface GivenOption {
  /** Its name, without dashes. */
  readonly name: string;
  /** Its argument, or `undefined` if it takes none. */
  readonly argument: string | undefined;
  /** Its place, as QEMU writes it in messages: `-chardev null,id=a`. */
  readonly location: string;
}

/** The fault of one option, in QEMU's words. */
export interface OptionFault {
  readonly location: string;
  readonly message: string;
}

/**
 * Takes a command line apart as QEMU does: every option begins with one dash or two, has one argument or
 * none, and what has no dash is a disk image.
 *
 * @param known - The options of the version.
 * @returns The options, up to the first that QEMU does not know, and what it says of that one.
 */
export function readOptions(
  argv: readonly string[],
  known: MachineData['options'],
): { readonly options: readonly GivenOption[]; readonly fault: OptionFault | undefined } {
  const takes = new Set(known.argument);
  const flags = new Set(known.flag);
  const options: GivenOption[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (!word.startsWith('-')) {
      options.push({ name: 'disk image', argument: word, location: word });
      continue;
    }
    const name = word.replace(/^--?/, '');
    if (flags.has(name)) {
      options.push({ name, argument: undefined, location: word });
    } else if (takes.has(name)) {
      const argument = argv[at + 1];
      at += 1;
      if (argument === undefined)
        return { options, fault: { location: word, message: 'requires an argument' } };
      options.push({ name, argument, location: `${word} ${argument}` });
    } else {
      return { options, fault: { location: word, message: 'invalid option' } };
    }
  }
  return { options, fault: undefined };
}
