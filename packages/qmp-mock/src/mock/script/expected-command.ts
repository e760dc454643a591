import { Matcher, type Difference, type Pattern } from 'qmp-core/matching';
import type { CallSite } from 'qmp-core/internal';
import { ActionList } from './actions.ts';

/** A command that a script waits for, with its count and its actions. */
export class ExpectedCommand {
  readonly name: string;
  /** Pattern for the arguments; `undefined` for any. */
  readonly #matcher: Matcher | undefined;
  readonly site: CallSite;
  readonly actions: ActionList = new ActionList();
  /** The least and the greatest number of calls. */
  least = 1;
  most = 1;
  /** Whether everything that was expected in order before it has to come first. */
  ordered = false;
  /** Whether it's accepted that the machine doesn't model it. */
  acceptsNotModelled = false;
  /** Calls that it answered. */
  calls = 0;
  /** Calls that matched when it was used up. */
  surplus = 0;
  /** Names of earlier expectations that were still unmet when it came. */
  readonly early: string[] = [];

  constructor(name: string, pattern: Pattern, site: CallSite) {
    this.name = name;
    this.#matcher = pattern === undefined ? undefined : new Matcher(pattern);
    this.site = site;
  }

  /** Lists the differences between these arguments and the expected ones. */
  differences(args: unknown): Difference[] {
    return this.#matcher?.differences(args) ?? [];
  }

  /** Whether it is this command with these arguments. */
  matches(name: string, args: unknown): boolean {
    return name === this.name && (this.#matcher === undefined || this.#matcher.matches(args));
  }

  get satisfied(): boolean {
    return this.calls >= this.least;
  }

  get exhausted(): boolean {
    return this.calls >= this.most;
  }

  /** `device_del {"id":"disk0"}` */
  get title(): string {
    return this.#matcher === undefined ? this.name : `${this.name} ${String(this.#matcher)}`;
  }

  /** `expected once, came never` */
  get account(): string {
    return `expected ${rangeText(this.least, this.most)}, came ${timesText(this.calls + this.surplus)}`;
  }
}

function rangeText(least: number, most: number): string {
  if (least === most) return most === 0 ? 'never' : timesText(most);
  if (most === Infinity) return least === 0 ? 'any number of times' : `at least ${timesText(least)}`;
  if (least === 0) return `at most ${timesText(most)}`;
  return `${least} to ${most} times`;
}

/** A count in words. */
export function timesText(count: number): string {
  return count === 0 ? 'never' : count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}
