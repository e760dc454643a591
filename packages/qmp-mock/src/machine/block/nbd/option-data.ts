import { u16, u32 } from '../image/big-endian.ts';
import { MAX_STRING, REPLY } from './protocol.ts';

const decoder = new TextDecoder();

/** A refusal of an option; the conversation goes on. */
export class OptionRefusal extends Error {
  override readonly name = 'OptionRefusal';
  /** Type of the reply. */
  readonly type: number;

  constructor(type: number, message: string) {
    super(message);
    this.type = type;
  }
}

/** Data of an option, read from its beginning. */
export class OptionData {
  readonly #bytes: Uint8Array;
  readonly #option: string;
  #at = 0;

  /** @param option - QEMU's name of the option. */
  constructor(bytes: Uint8Array, option: string) {
    this.#bytes = bytes;
    this.#option = option;
  }

  /** Reads a number. */
  number(bits: 16 | 32): number {
    const at = this.#take(bits / 8);
    return bits === 16 ? u16(this.#bytes, at) : u32(this.#bytes, at);
  }

  /** Reads text that has no NUL. */
  text(length: number): string {
    const at = this.#take(length);
    const bytes = this.#bytes.subarray(at, at + length);
    if (bytes.includes(0)) this.refuse(`Unexpected embedded NUL in option ${this.#option}`);
    return decoder.decode(bytes);
  }

  /** Reads a name with its length in front. */
  name(): string {
    const length = this.number(32);
    if (length > MAX_STRING) this.refuse(`Invalid name length: ${length}`);
    return this.text(length);
  }

  /** Passes over bytes. */
  skip(length: number): void {
    this.#take(length);
  }

  /** Refuses data behind what was read. */
  assertEnd(): void {
    if (this.#at < this.#bytes.length) this.refuse(`option '${this.#option}' has unexpected length`);
  }

  /** Refuses the option. */
  refuse(message: string): never {
    throw new OptionRefusal(REPLY.invalid, message);
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) this.refuse(`Inconsistent lengths in option ${this.#option}`);
    this.#at = at + length;
    return at;
  }
}
