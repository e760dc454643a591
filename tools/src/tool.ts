import type { Command } from '@commander-js/extra-typings';

/**
 * A sub-command of `pnpm tools`: a line for the list, and the module that is loaded once the command is
 * chosen.
 */
export interface Tool {
  readonly summary: string;
  readonly load: () => Promise<ToolModule>;
}

/** The module of a sub-command, in the folder with that name. */
export interface ToolModule {
  /** Gives the command its description, options and action. */
  define(command: Command): void;
}
