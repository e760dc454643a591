import { quoteCommand } from '../qemu/quote.ts';
import { findOption } from './options.ts';

/** A command line with which the code under test has started QEMU. */
export interface QemuCommand {
  /** Name that it was called by, such as `qemu-system-x86_64`. */
  readonly name: string;
  /** Its arguments, without its own name. */
  readonly argv: readonly string[];
  /** The command line, quoted for a POSIX shell. */
  readonly commandLine: string;
  /** Value of an option, such as `-machine`; the last one if there are several. */
  option(name: string): string | undefined;
}

/** Makes one of a name and arguments. */
export function qemuCommand(name: string, argv: readonly string[]): QemuCommand {
  return {
    name,
    argv,
    commandLine: quoteCommand([name, ...argv]),
    option: (option) => findOption(argv, option),
  };
}
