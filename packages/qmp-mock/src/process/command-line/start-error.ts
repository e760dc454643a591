import { saidAt } from './said-at.ts';

/**
 * A refusal to start: text for stderr, by lines, and an exit status.
 *
 * @example
 * try { await qemu.start() }
 * catch (error) { if (error instanceof StartError) process.stderr.write(error.format('qemu-system-x86_64')) }
 */
export class StartError extends Error {
  /** Exit status; QEMU's is 1. */
  readonly code: number;
  /** Option and argument that it is about, as in `-chardev socket`; printed before the text. */
  readonly location: string | undefined;
  /** Lines that follow without the program's name. */
  readonly hint: readonly string[];
  /** Further lines about the same place. */
  readonly more: readonly string[];
  /** Name that stands before the text, if it isn't the program's. */
  readonly speaker: string | undefined;

  constructor(
    message: string,
    options: {
      location?: string | undefined;
      hint?: readonly string[];
      more?: readonly string[];
      code?: number;
      speaker?: string | undefined;
    } = {},
  ) {
    super(message);
    this.code = options.code ?? 1;
    this.location = options.location;
    this.hint = options.hint ?? [];
    this.more = options.more ?? [];
    this.speaker = options.speaker;
  }

  /** Formats the text as QEMU prints it. */
  format(program: string): string {
    const say = (text: string): string => saidAt(this.speaker ?? program, this.location, text);
    return [say(this.message), ...this.hint, ...this.more.map(say), ''].join('\n');
  }

  /** Gives the same error with a place on the command line, unless it has one already. */
  at(location: string): StartError {
    if (this.location !== undefined || this.speaker !== undefined) return this;
    return new StartError(this.message, { location, hint: this.hint, more: this.more, code: this.code });
  }
}

/**
 * Refuses the start, in QEMU's words.
 *
 * @param option - The option that it is said of.
 */
export function refuse(
  message: string,
  option?: { readonly location: string },
  hint?: readonly string[],
): never {
  throw new StartError(message, { location: option?.location, ...(hint !== undefined && { hint }) });
}
