import type { JsonDialect } from './dialect.ts';
import { readPlainObject } from './fast-path.ts';
import { JsonGrammar } from './grammar.ts';
import { Token, type TokenKind } from './lexer-table.ts';
import { JsonLexer } from './lexer.ts';
import { QEMU_LIMITS, type JsonLimits } from './limits.ts';
import { concatBytes } from '../bytes.ts';
import { decodeLossy, encode } from './utf8.ts';
import type { QValue } from './value.ts';

/** A result of the parser: a value, or QEMU's error text. */
export type JsonItem =
  | { readonly value: QValue; readonly error: undefined }
  | { readonly value: undefined; readonly error: string };

/** Options of a {@link JsonParser}. */
export interface JsonParserOptions {
  /** The generation of QEMU's parser. */
  readonly dialect: JsonDialect;
  /** Limits of a value. Default: QEMU's. */
  readonly limits?: Partial<JsonLimits> | undefined;
}

/** Bytes of a text that QEMU's buffer holds (`parse_error` in `qobject/json-parser.c`). */
const MAX_TEXT = 1023;

/**
 * Limits that the fast path needs: below these, an object that it takes could exceed one, so it isn't used.
 */
const FAST_PATH_NEEDS: JsonLimits = { maxNesting: 64, maxTokens: 1 << 16, maxBytes: 1 << 16 };

/**
 * QEMU's JSON parser. It finds values in a stream of bytes, doesn't need line ends, and recovers from bad
 * input as QEMU does. Bytes go in with {@link push}. Values and errors come out with {@link next}, one at a
 * time, so that a monitor can leave the rest unread while a command runs.
 *
 * @example
 * const parser = new JsonParser({ dialect: BATCH_DIALECT });
 * parser.push(new TextEncoder().encode("{'a': nul} [1"));
 * parser.next(); // { error: "JSON parse error, invalid keyword 'nul'" }
 * parser.next(); // undefined: the list is not complete
 */
export class JsonParser {
  readonly #dialect: JsonDialect;
  readonly #limits: JsonLimits;
  readonly #lexer: JsonLexer;
  readonly #grammar: JsonGrammar;
  readonly #fast: boolean;

  #braces = 0;
  #brackets = 0;
  #tokens = 0;
  #bytes = 0;
  /** Set if the value is wrong: the rest of it is skipped. */
  #skipping = false;
  /** The error to report at its end, in a dialect that waits for the end. */
  #found = '';

  constructor(options: JsonParserOptions) {
    this.#dialect = options.dialect;
    const limits = { ...QEMU_LIMITS };
    for (const [name, limit] of Object.entries(options.limits ?? {}) as [keyof JsonLimits, number?][]) {
      if (limit !== undefined) limits[name] = limit;
    }
    this.#limits = limits;
    this.#lexer = new JsonLexer(limits);
    this.#grammar = new JsonGrammar(options.dialect);
    this.#fast =
      limits.maxNesting >= FAST_PATH_NEEDS.maxNesting &&
      limits.maxTokens >= FAST_PATH_NEEDS.maxTokens &&
      limits.maxBytes >= FAST_PATH_NEEDS.maxBytes;
  }

  /** Adds bytes to the input. They aren't copied, so the caller must not change them. */
  push(bytes: Uint8Array): void {
    this.#lexer.push(bytes);
  }

  /** Number of unread bytes. */
  get unread(): number {
    return this.#lexer.unread;
  }

  /** The next value or error, or `undefined` if more bytes are needed first. */
  next(): JsonItem | undefined {
    if (this.#fast && this.#tokens === 0 && this.#lexer.atStart) {
      const value = readPlainObject(this.#lexer);
      if (value !== undefined) return { value, error: undefined };
    }
    for (;;) {
      const kind = this.#lexer.next();
      if (kind === Token.NONE) return undefined;
      const item = this.#take(kind);
      if (item !== undefined) return item;
    }
  }

  #take(kind: TokenKind): JsonItem | undefined {
    const { bytes } = this.#lexer;
    if (kind === Token.BAD) {
      // A value that was told to be wrong already ends here without a second error.
      if (this.#skipping && this.#dialect.errorsAt === 'token') return this.#finish(undefined);
      return this.#finish(this.#parseError(this.#stray(bytes)));
    }
    if (kind === Token.LEFT_BRACE) this.#braces++;
    else if (kind === Token.RIGHT_BRACE) this.#braces--;
    else if (kind === Token.LEFT_BRACKET) this.#brackets++;
    else if (kind === Token.RIGHT_BRACKET) this.#brackets--;
    // QEMU counts the two kinds apart: "{]" is out of balance only because one count is negative.
    const { errorsAt } = this.#dialect;
    const balanced = (this.#braces <= 0 && this.#brackets <= 0) || this.#braces < 0 || this.#brackets < 0;

    if (!(this.#skipping && errorsAt === 'token')) {
      const limit = this.#exceeds(bytes.length);
      if (limit !== undefined) {
        if (errorsAt === 'end' || balanced) return this.#finish(limit);
        return this.#skip(limit);
      }
    }
    if (!this.#skipping) {
      const outcome = this.#grammar.take(kind, bytes);
      if (outcome === true) {
        const { value } = this.#grammar;
        this.#reset();
        return { value, error: undefined };
      }
      if (outcome !== false) {
        // Only the text for a bad keyword, which is ASCII, can be too long.
        const error = this.#parseError(outcome.slice(0, MAX_TEXT));
        if (balanced) return this.#finish(error);
        return this.#skip(error);
      }
      return undefined;
    }
    return balanced ? this.#finish(errorsAt === 'end' ? this.#found : undefined) : undefined;
  }

  /** Counts one more token, and says which limit it breaks. */
  #exceeds(length: number): string | undefined {
    this.#tokens++;
    this.#bytes += length;
    // QEMU counts the NUL behind the last token.
    if (this.#bytes + 1 > this.#limits.maxBytes) return 'JSON token size limit exceeded';
    if (this.#tokens > this.#limits.maxTokens) return 'JSON token count limit exceeded';
    if (this.#braces + this.#brackets > this.#limits.maxNesting) return 'JSON nesting depth limit exceeded';
    return undefined;
  }

  /** The text for a bad token: in C it ends at a NUL, and it may be too long for the buffer. */
  #stray(token: Uint8Array): string {
    const nul = token.indexOf(0);
    const shown = nul === -1 ? token : token.subarray(0, nul);
    const text = concatBytes([encode("stray '"), shown, encode("'")]);
    return decodeLossy(this.#dialect.cutsStray ? text.subarray(0, MAX_TEXT) : text);
  }

  #parseError(text: string): string {
    const { line, column } = this.#lexer;
    const position = this.#dialect.positions ? `${line}:${column}: ` : '';
    return `${position}JSON parse error, ${text}`;
  }

  /** Handles an error before the end of its value: reports or keeps it, and skips the rest. */
  #skip(error: string): JsonItem | undefined {
    this.#skipping = true;
    // The tokens that were read aren't needed any more, and could be large.
    this.#grammar.reset();
    if (this.#dialect.errorsAt === 'token') return { value: undefined, error };
    this.#found = error;
    return undefined;
  }

  /** Handles the end of a wrong value. */
  #finish(error: string | undefined): JsonItem | undefined {
    this.#reset();
    return error === undefined ? undefined : { value: undefined, error };
  }

  #reset(): void {
    this.#braces = 0;
    this.#brackets = 0;
    this.#tokens = 0;
    this.#bytes = 0;
    this.#skipping = false;
    this.#found = '';
    this.#grammar.reset();
  }
}
