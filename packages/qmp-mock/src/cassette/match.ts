import { suggest } from 'qmp-core/internal';
import type { JsonObject } from 'qmp-core/wire';
import { show } from 'qmp-core/matching';
import { placeOf, type Cassette } from './cassette.ts';
import { compareArguments, describeDifferences } from './compare.ts';
import type { Step } from './conversation.ts';
import type { Bindings } from './volatile.ts';

/** Order in which commands have to come. */
export type CassetteOrder = 'strict' | 'any';

/** A recorded command, and whether it has come in this run. */
export interface PlayedStep {
  readonly step: Step;
  used: boolean;
}

/** A received command. */
export interface CameIn {
  readonly name: string;
  readonly args: JsonObject;
}

/** Number of near commands that a message names. */
const NEAR = 3;

/** Finds the recorded command for each received one, or says why there isn't one. */
export class Matcher {
  readonly #cassette: Cassette;
  readonly #steps: readonly PlayedStep[];
  readonly #order: CassetteOrder;
  readonly #bindings: Bindings;

  constructor(cassette: Cassette, steps: readonly PlayedStep[], order: CassetteOrder, bindings: Bindings) {
    this.#cassette = cassette;
    this.#steps = steps;
    this.#order = order;
    this.#bindings = bindings;
  }

  /**
   * Gives the recorded command, which counts as used from now on, or a text that says why there isn't one.
   */
  take(came: CameIn): PlayedStep | string {
    const open = this.#steps.filter(({ used }) => !used);
    const candidates = this.#order === 'strict' ? open.slice(0, 1) : open;
    const found = candidates.find((played) => this.#fits(played, came));
    if (found === undefined) return this.#explain(came, open);
    found.used = true;
    return found;
  }

  #fits({ step: { command } }: PlayedStep, { name, args }: CameIn): boolean {
    return command.name === name && compareArguments(command.args, args, this.#bindings).length === 0;
  }

  #explain(came: CameIn, open: readonly PlayedStep[]): string {
    const title = titleOf(came.name, came.args);
    const [next] = open;
    if (this.#order === 'strict' && next !== undefined) {
      const later = open.find((played) => this.#fits(played, came));
      if (later !== undefined) {
        later.used = true;
        return `${title} comes too early: it is recorded at ${this.#place(later)}, and ${this.#titleOf(next)} at ${this.#place(next)} has not come`;
      }
      if (next.step.command.name === came.name) {
        next.used = true;
        return `${title} was recorded with other arguments at ${this.#place(next)}: ${this.#differences(next, came)}`;
      }
    }
    return [this.#whyNot(came, title), ...this.#nearest(came, open)].join('\n      ');
  }

  #whyNot(came: CameIn, title: string): string {
    const twins = this.#steps.filter((played) => played.used && this.#fits(played, came));
    if (twins.length === 0) return `${title} was never recorded in ${this.#cassette.file ?? 'the cassette'}`;
    const often = twins.length === 1 ? 'once' : `${twins.length} times`;
    return `${title} was recorded ${often} only, at ${twins.map((twin) => this.#place(twin)).join(', ')}, and comes once more`;
  }

  /** Lists the nearest recorded commands, with the differences. */
  #nearest(came: CameIn, open: readonly PlayedStep[]): string[] {
    const lines: string[] = [];
    const [next] = open;
    if (this.#order === 'strict' && next !== undefined)
      lines.push(`next is ${this.#titleOf(next)} at ${this.#place(next)}`);
    const named = this.#steps
      .filter(({ step }) => step.command.name === came.name)
      .map((played) => ({ played, count: this.#compare(played, came).length }))
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => a.count - b.count);
    for (const { played } of named.slice(0, NEAR)) {
      lines.push(
        `nearest: ${this.#place(played)} ${this.#titleOf(played)}: ${this.#differences(played, came)}`,
      );
    }
    if (named.length > 0) return lines;
    const names = new Map(this.#steps.map((played) => [played.step.command.name, played]));
    for (const name of suggest(came.name, names.keys(), NEAR)) {
      lines.push(`nearest: ${this.#place(names.get(name)!)} ${name}`);
    }
    return lines;
  }

  #compare({ step }: PlayedStep, { args }: CameIn): ReturnType<typeof compareArguments> {
    return compareArguments(step.command.args, args, this.#bindings.copy());
  }

  #differences(played: PlayedStep, came: CameIn): string {
    return describeDifferences(this.#compare(played, came)).join('; ');
  }

  #place({ step }: PlayedStep): string {
    return placeOf(this.#cassette, step.command.line);
  }

  #titleOf({ step: { command } }: PlayedStep): string {
    return titleOf(command.name, command.args);
  }
}

/** Formats a command for a message. */
export function titleOf(name: string, args: JsonObject | undefined): string {
  return args === undefined || Object.keys(args).length === 0 ? name : `${name} ${show(args)}`;
}
