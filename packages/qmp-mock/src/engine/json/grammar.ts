import type { GrammarTexts, JsonDialect } from './dialect.ts';
import { Token, type TokenKind } from './lexer-table.ts';
import { parseInteger } from './numbers.ts';
import { decodeStringToken, StringTokenError } from './strings.ts';
import { decodeBytes } from './utf8.ts';
import { QDict, QFloat, type QValue } from './value.ts';

/** States: the next thing allowed inside the open container. */
const VALUE = 0;
const FIRST_ELEMENT = 1;
const KEY = 2;
const FIRST_KEY = 3;
const COLON = 4;
const SEPARATOR = 5;
type Expectation = 0 | 1 | 2 | 3 | 4 | 5;

/** An open container, with the name of the member whose value comes next. */
interface Open {
  readonly container: QDict | QValue[];
  key: string;
  /** Set while the name of a member is read, in a dialect that reads names like values. */
  readingKey: boolean;
}

/**
 * The grammar of one value, a token at a time. It doesn't handle balance, limits and recovery: after an error
 * it must be {@link reset} before it is used again.
 */
export class JsonGrammar {
  readonly #texts: GrammarTexts;
  readonly #keysAreValues: boolean;
  readonly #open: Open[] = [];
  #expect: Expectation = VALUE;

  /** The value, once {@link take} has said that it is complete. */
  value: QValue = null;

  constructor(dialect: JsonDialect) {
    this.#texts = dialect.texts;
    this.#keysAreValues = dialect.keysAreValues;
  }

  /** Starts over. */
  reset(): void {
    this.#open.length = 0;
    this.#expect = VALUE;
    this.value = null;
  }

  /**
   * Takes in one token.
   *
   * @returns `true` if {@link value} is complete, `false` if more tokens are needed, or QEMU's text (without
   *   `JSON parse error, `) if the token is wrong.
   */
  take(kind: TokenKind, bytes: Uint8Array): boolean | string {
    const top = this.#open.at(-1);
    switch (this.#expect) {
      case COLON:
        if (kind !== Token.COLON) return this.#texts.colon;
        this.#expect = VALUE;
        return false;
      case SEPARATOR: {
        const inDict = top!.container instanceof QDict;
        if (kind === (inDict ? Token.RIGHT_BRACE : Token.RIGHT_BRACKET)) return this.#close();
        if (kind !== Token.COMMA) return inDict ? this.#texts.memberEnd : this.#texts.elementEnd;
        this.#expect = inDict ? KEY : VALUE;
        return false;
      }
      case FIRST_KEY:
      case KEY:
        if (kind === Token.RIGHT_BRACE && this.#expect === FIRST_KEY) return this.#close();
        if (kind !== Token.STRING && !this.#keysAreValues) return this.#texts.key;
        top!.readingKey = true;
        return this.#begin(kind, bytes);
      case FIRST_ELEMENT:
        if (kind === Token.RIGHT_BRACKET) return this.#close();
        return this.#begin(kind, bytes);
      default:
        return this.#begin(kind, bytes);
    }
  }

  /** Takes in the first token of a value. */
  #begin(kind: TokenKind, bytes: Uint8Array): boolean | string {
    switch (kind) {
      case Token.LEFT_BRACE:
        this.#open.push({ container: new QDict(), key: '', readingKey: false });
        this.#expect = FIRST_KEY;
        return false;
      case Token.LEFT_BRACKET:
        this.#open.push({ container: [], key: '', readingKey: false });
        this.#expect = FIRST_ELEMENT;
        return false;
      case Token.STRING:
        try {
          return this.#complete(decodeStringToken(bytes));
        } catch (error) {
          if (error instanceof StringTokenError) return error.message;
          throw error;
        }
      case Token.INTEGER:
        return this.#complete(parseInteger(decodeBytes(bytes)));
      case Token.FLOAT:
        return this.#complete(new QFloat(Number(decodeBytes(bytes))));
      case Token.KEYWORD: {
        const word = decodeBytes(bytes);
        if (word === 'true') return this.#complete(true);
        if (word === 'false') return this.#complete(false);
        if (word === 'null') return this.#complete(null);
        return `invalid keyword '${word}'`;
      }
      default:
        return this.#texts.value;
    }
  }

  #close(): boolean | string {
    return this.#complete(this.#open.pop()!.container);
  }

  /** Puts a complete value where it belongs. */
  #complete(value: QValue): boolean | string {
    const top = this.#open.at(-1);
    if (top === undefined) {
      this.value = value;
      return true;
    }
    if (top.readingKey) {
      if (typeof value !== 'string') return this.#texts.key;
      top.readingKey = false;
      top.key = value;
      this.#expect = COLON;
      return false;
    }
    const { container } = top;
    if (container instanceof QDict) {
      if (container.has(top.key)) return 'duplicate key';
      container.set(top.key, value);
    } else {
      container.push(value);
    }
    this.#expect = SEPARATOR;
    return false;
  }
}
