import type { OptionGroup, QemuOpts } from './qemu-opts.ts';

/** The option that is being read, which the readers of options share. */
export interface ReadingContext {
  /** Place of the option, as QEMU writes it in messages. */
  readonly location: string;
  /** Takes an argument apart; warnings are said of the place. Throws a `StartError` with QEMU's text. */
  parse(argument: string, group: OptionGroup): QemuOpts;
  /** Adds a warning that is said of the place. */
  warn(message: string): void;
}
