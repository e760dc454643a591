/**
 * Kinds of tokens. `NONE`: the bytes so far don't contain a further token. `OVERSIZE`: a token was cut
 * because it is too long. `BAD`: the bytes so far, with the one just read, can't begin a token.
 */
export const Token = {
  NONE: 0,
  LEFT_BRACE: 1,
  RIGHT_BRACE: 2,
  LEFT_BRACKET: 3,
  RIGHT_BRACKET: 4,
  COLON: 5,
  COMMA: 6,
  STRING: 7,
  INTEGER: 8,
  FLOAT: 9,
  KEYWORD: 10,
  BAD: 11,
  OVERSIZE: 12,
} as const;

/** One of {@link Token}'s values. */
export type TokenKind = (typeof Token)[keyof typeof Token];

/*
 * The lexer is a machine of 15 states over bytes. An entry of the table is the next state, or FINAL plus the
 * kind of the token that is now complete. LOOKAHEAD says that the byte is not part of that token and is read
 * again. Recovery, after a bad token, skips up to a byte that is structural or cannot occur in a string.
 */
export const START: number = 0;
const DOUBLE = 1;
const DOUBLE_ESCAPE = 2;
const SINGLE = 3;
const SINGLE_ESCAPE = 4;
const MINUS = 5;
const ZERO = 6;
const DIGITS = 7;
const POINT = 8;
const FRACTION = 9;
const EXPONENT = 10;
const EXPONENT_SIGN = 11;
const EXPONENT_DIGITS = 12;
const WORD = 13;
export const RECOVERY: number = 14;
const STATES = 15;

export const FINAL: number = 0x20;
export const LOOKAHEAD: number = 0x40;
export const KIND: number = 0x1f;

const codes = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0));
const DIGIT = codes('0123456789');
const NONZERO = codes('123456789');
const LETTERS = codes('abcdefghijklmnopqrstuvwxyz');
const SPACE = codes(' \t\r\n');
const PUNCTUATION: readonly (readonly [string, TokenKind])[] = [
  ['{', Token.LEFT_BRACE],
  ['}', Token.RIGHT_BRACE],
  ['[', Token.LEFT_BRACKET],
  [']', Token.RIGHT_BRACKET],
  [':', Token.COLON],
  [',', Token.COMMA],
];
/** Bytes that can't occur in a string: controls, and the two that never occur in UTF-8. */
const NEVER_IN_STRING = [...Array.from({ length: 0x20 }, (_, i) => i), 0xfe, 0xff];

function buildTable(): Uint8Array {
  const table = new Uint8Array(STATES * 256);
  const on = (state: number, bytes: readonly number[], next: number): void => {
    for (const byte of bytes) table[state * 256 + byte] = next;
  };
  const otherwise = (state: number, next: number): void => {
    table.fill(next, state * 256, state * 256 + 256);
  };
  const bad = FINAL | Token.BAD;

  otherwise(START, bad);
  on(START, SPACE, START);
  for (const [text, kind] of PUNCTUATION) on(START, codes(text), FINAL | kind);
  on(START, codes('"'), DOUBLE);
  on(START, codes("'"), SINGLE);
  on(START, codes('-'), MINUS);
  on(START, codes('0'), ZERO);
  on(START, NONZERO, DIGITS);
  on(START, LETTERS, WORD);

  for (const [state, escape, quote] of [
    [DOUBLE, DOUBLE_ESCAPE, '"'],
    [SINGLE, SINGLE_ESCAPE, "'"],
  ] as const) {
    otherwise(state, state);
    on(state, codes(quote), FINAL | Token.STRING);
    on(state, codes('\\'), escape);
    on(state, NEVER_IN_STRING, bad);
    otherwise(escape, state);
    on(escape, NEVER_IN_STRING, bad);
  }

  const integer = FINAL | LOOKAHEAD | Token.INTEGER;
  const float = FINAL | LOOKAHEAD | Token.FLOAT;
  otherwise(MINUS, bad);
  on(MINUS, codes('0'), ZERO);
  on(MINUS, NONZERO, DIGITS);
  otherwise(ZERO, integer);
  on(ZERO, DIGIT, bad);
  on(ZERO, codes('.'), POINT);
  otherwise(DIGITS, integer);
  on(DIGITS, DIGIT, DIGITS);
  on(DIGITS, codes('.'), POINT);
  on(DIGITS, codes('eE'), EXPONENT);
  otherwise(POINT, bad);
  on(POINT, DIGIT, FRACTION);
  otherwise(FRACTION, float);
  on(FRACTION, DIGIT, FRACTION);
  on(FRACTION, codes('eE'), EXPONENT);
  otherwise(EXPONENT, bad);
  on(EXPONENT, codes('+-'), EXPONENT_SIGN);
  on(EXPONENT, DIGIT, EXPONENT_DIGITS);
  otherwise(EXPONENT_SIGN, bad);
  on(EXPONENT_SIGN, DIGIT, EXPONENT_DIGITS);
  otherwise(EXPONENT_DIGITS, float);
  on(EXPONENT_DIGITS, DIGIT, EXPONENT_DIGITS);

  otherwise(WORD, FINAL | LOOKAHEAD | Token.KEYWORD);
  on(WORD, LETTERS, WORD);

  otherwise(RECOVERY, RECOVERY);
  const ends = LOOKAHEAD | START;
  on(
    RECOVERY,
    NEVER_IN_STRING.filter((byte) => byte !== 0x09),
    ends,
  );
  for (const [text] of PUNCTUATION) on(RECOVERY, codes(text), ends);
  return table;
}

/** The table: 256 entries for each state. */
export const TABLE: Uint8Array = buildTable();
