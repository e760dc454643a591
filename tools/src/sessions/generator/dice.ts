import { nat, noBias, type Arbitrary, type GeneratorValue } from 'fast-check';

const upTo = (max: number): Arbitrary<number> => noBias(nat({ max }));

/** Random choices, drawn from fast-check: the same seed gives the same ones. */
export class Dice {
  readonly #draw: GeneratorValue;

  constructor(draw: GeneratorValue) {
    this.#draw = draw;
  }

  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + this.#draw(upTo, max - min);
  }

  /** True so many times in a hundred. */
  percent(probability: number): boolean {
    return this.integer(0, 999) < probability * 10;
  }

  /** One of the items, which are not empty. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(0, items.length - 1)];
    if (item === undefined && items.length === 0) throw new Error('nothing to pick from');
    return item as T;
  }

  /** One of the items, each as often as its weight says. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T {
    let at = this.integer(
      1,
      items.reduce((sum, [weight]) => sum + weight, 0),
    );
    for (const [weight, item] of items) {
      at -= weight;
      if (at <= 0) return item;
    }
    throw new Error('nothing to pick from');
  }

  /** The items in another order. */
  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let at = result.length - 1; at > 0; at -= 1) {
      const other = this.integer(0, at);
      [result[at], result[other]] = [result[other] as T, result[at] as T];
    }
    return result;
  }
}
