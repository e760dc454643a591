/**
 * Values that are parsed when they're first asked for. A map of the schema has a thousand entries, and a
 * test needs some ten of them.
 *
 * @example
 * const map = new ParsedMap([['stop', '{"a": 1}']], JSON.parse)
 * map.get('stop') // { a: 1 }
 */
export class ParsedMap<T> implements ReadonlyMap<string, T> {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #parse: (text: string) => T;
  readonly #parsed = new Map<string, T>();

  /**
   * @param texts - Texts by name.
   * @param parse - Makes the value of a text; called once for each name.
   */
  constructor(texts: ReadonlyMap<string, string>, parse: (text: string) => T) {
    this.#texts = texts;
    this.#parse = parse;
  }

  get size(): number {
    return this.#texts.size;
  }

  has(name: string): boolean {
    return this.#texts.has(name);
  }

  get(name: string): T | undefined {
    const known = this.#parsed.get(name);
    if (known !== undefined) return known;
    const text = this.#texts.get(name);
    if (text === undefined) return undefined;
    const value = this.#parse(text);
    this.#parsed.set(name, value);
    return value;
  }

  keys(): MapIterator<string> {
    return this.#texts.keys();
  }

  values(): MapIterator<T> {
    return this.#whole().values();
  }

  entries(): MapIterator<[string, T]> {
    return this.#whole().entries();
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.entries();
  }

  forEach(action: (value: T, name: string, map: ReadonlyMap<string, T>) => void): void {
    for (const [name, value] of this) action(value, name, this);
  }

  #whole(): Map<string, T> {
    return new Map([...this.#texts.keys()].map((name) => [name, this.get(name) as T]));
  }
}
