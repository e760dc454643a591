import { exactPart } from './exactly.ts';
import { isRegExp } from './reg-exp.ts';

/** Characters of a value that a message shows. */
const SHOWN = 120;

/**
 * Shows a value on one line, for messages: JSON with `bigint` in full, and patterns by their own names. It
 * never throws.
 *
 * @param limit - Longest text in characters; the rest is cut. Default 120.
 *
 * @example
 * show({ id: /^disk/, size: 2n ** 64n }) // '{"id":/^disk/,"size":18446744073709551616}'
 */
export function show(value: unknown, limit: number = SHOWN): string {
  const rendering = new Rendering(limit);
  try {
    rendering.add(value);
  } catch {
    // A getter that throws, or a proxy.
    rendering.text += '(unprintable)';
  }
  const { text } = rendering;
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

/** A text that grows until it is longer than the limit. The work ends there, however large the value is. */
class Rendering {
  text = '';
  readonly #limit: number;
  readonly #parents = new Set<object>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(value: unknown): void {
    if (this.text.length > this.#limit) return;
    switch (typeof value) {
      case 'string':
        // A character more than is shown, so that it is known to have been cut.
        this.text += JSON.stringify(value.slice(0, this.#limit + 1));
        return;
      case 'function':
        this.text += nameOfMatcher(value) ?? (value.name === '' ? 'a function' : `function ${value.name}`);
        return;
      case 'object':
        if (value === null) this.text += 'null';
        else this.#addObject(value);
        return;
      default:
        this.text += String(value);
    }
  }

  #addObject(value: object): void {
    if (this.#parents.has(value)) {
      this.text += '(itself)';
      return;
    }
    const name = nameOf(value);
    if (name !== undefined) {
      this.text += name;
      return;
    }
    this.#parents.add(value);
    const exact = exactPart(value);
    if (exact !== undefined) {
      this.text += 'exactly ';
      this.add(exact.pattern);
    } else if (Array.isArray(value)) this.#addElements(value);
    else this.#addMembers(value as Record<string, unknown>);
    this.#parents.delete(value);
  }

  #addElements(elements: readonly unknown[]): void {
    this.text += '[';
    for (let at = 0; at < elements.length && this.text.length <= this.#limit; at++) {
      if (at > 0) this.text += ',';
      this.add(elements[at]);
    }
    this.text += ']';
  }

  #addMembers(members: Record<string, unknown>): void {
    this.text += '{';
    let first = true;
    for (const key in members) {
      if (!Object.hasOwn(members, key)) continue;
      if (this.text.length > this.#limit) break;
      if (!first) this.text += ',';
      first = false;
      this.add(key);
      this.text += ':';
      this.add(members[key]);
    }
    this.text += '}';
  }
}

/**
 * The name of an object that isn't JSON: a regular expression, a matcher, or an instance of a class without
 * members.
 */
function nameOf(value: object): string | undefined {
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (isRegExp(value)) return value.toString();
  const matcher = nameOfMatcher(value);
  if (matcher !== undefined) return matcher;
  if (tag === 'Array' || Object.keys(value).length > 0) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  const { name } = value.constructor;
  return `a ${name === '' ? tag : name}`;
}

/** Test runners give their asymmetric matchers a `toAsymmetricMatcher` for printing. */
function nameOfMatcher(value: object): string | undefined {
  if (!('asymmetricMatch' in value) || typeof value.asymmetricMatch !== 'function') return undefined;
  for (const name of ['toAsymmetricMatcher', 'toString'] as const) {
    const print: unknown = (value as Record<string, unknown>)[name];
    if (typeof print !== 'function' || print === Object.prototype.toString) continue;
    try {
      return withSample(String(print.call(value)), value);
    } catch {
      // the next one may do
    }
  }
  return 'a matcher';
}

/** Vitest and Jest keep what a matcher was made with as `sample`, and leave it out of the name. */
function withSample(name: string, matcher: object): string {
  const sample = 'sample' in matcher ? matcher.sample : undefined;
  return sample === undefined || /[\s<(]/.test(name) ? name : `${name} ${show(sample)}`;
}
