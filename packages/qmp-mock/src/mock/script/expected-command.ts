import { Matcher, type Difference, type Pattern } from 'qmp-core/matching';
import type { CallSite } from 'qmp-core/internal';
import { ActionList } from './actions.ts';

/** A command that a script waits for: which, how often, and what is done about it. */
export class ExpectedCommand {
  readonly name: string;
  /** What the arguments have to match; `undefined` for any. */
  readonly #matcher: Matcher | undefined;
  readonly site: CallSite;
  readonly actions: ActionList = new ActionList();
  /** The least and the greatest number of calls. */
  least = 1;
  most = 1;
  /** Whether all that was expected in order before it has to come first. */
  ordered = false;
  /** Whether it may be that the machine does not model it. */
  acceptsNotModelled = false;
  /** Calls that it answered. */
  calls = 0;
  /** Calls that matched when it was used up. */
  surplus = 0;
  /** What came too early: names of the expectations before it that were still unmet. */
  readonly early: string[] = [];

  constructor(name: string, pattern: Pattern, site: CallSite) {
    this.name = name;
    this.#matcher = pattern === undefined ? undefined : new Matcher(pattern);
    this.site = site;
  }

  /** What of these arguments is not as expected; an empty array if nothing is. */
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
