import type { Board } from '../setup/board.ts';
import { genericError } from '../command.ts';

/** Parts of the machine that a {@link Preconfig} needs. */
export interface PreconfigParts {
  readonly board: Board;
  /** Commands that run before the machine is made. */
  readonly allowed: () => readonly string[];
  /** Reason why no machine can be made of what was asked for, or `undefined` if one can. */
  readonly fault: () => string | undefined;
  /** The machine cannot be made: that is the end. */
  readonly fail: (message: string) => void;
  /** Lets the machine begin, once it has been made. */
  readonly begin: () => void;
}

/** `-preconfig`: the time before the machine is made, in which few commands run. */
export class Preconfig {
  readonly #parts: PreconfigParts;
  #allowed: ReadonlySet<string> | undefined;

  constructor(parts: PreconfigParts) {
    this.#parts = parts;
  }

  /** Reason why a command may not run now, or `undefined` if it may. */
  forbid(name: string): { class: string; desc: string } | undefined {
    if (this.#parts.board.made) return undefined;
    this.#allowed ??= new Set(this.#parts.allowed());
    if (this.#allowed.has(name)) return undefined;
    return {
      class: 'GenericError',
      desc: `The command '${name}' is permitted only after machine initialization has completed`,
    };
  }

  /**
   * `x-exit-preconfig`: makes the machine, and lets it run unless `-S` holds it. Gives false if it cannot be
   * made: that is the end.
   */
  exit(): boolean {
    const { board, fault, fail, begin } = this.#parts;
    if (board.made) throw genericError('The command is permitted only before machine initialization');
    const reason = fault();
    if (reason !== undefined) {
      fail(reason);
      return false;
    }
    board.made = true;
    begin();
    return true;
  }
}
