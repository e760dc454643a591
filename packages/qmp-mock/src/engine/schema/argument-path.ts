/**
 * Position of the check in the arguments. QEMU names the whole path in most refusals (`a.b[0].c`), but in
 * some only its last component, which is the word `null` for an item of a list.
 */
export class ArgumentPath {
  readonly #parts: (string | number)[] = [];

  /** Steps into a member (by its name) or an item of a list (by its index). */
  enter(part: string | number): void {
    this.#parts.push(part);
  }

  /** Steps to the next item of the list that the check is in. */
  next(index: number): void {
    this.#parts[this.#parts.length - 1] = index;
  }

  /** Steps out again. */
  leave(): void {
    this.#parts.pop();
  }

  /** Gives the whole path, with one more member if `member` is given. */
  full(member?: string): string {
    let text = '';
    for (const part of member === undefined ? this.#parts : [...this.#parts, member]) {
      if (typeof part === 'number') text += `[${part}]`;
      else text += text === '' ? part : `.${part}`;
    }
    return text;
  }

  /** Gives the last component. */
  last(): string {
    const part = this.#parts.at(-1);
    return typeof part === 'string' ? part : 'null';
  }
}
