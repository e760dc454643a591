/** QEMU's error texts for each fault that the parser can find in the structure of a value. */
export interface GrammarTexts {
  /** A value was expected, and something else came. */
  readonly value: string;
  /** A member name was expected, and something else came. */
  readonly key: string;
  /** The colon after a member name is missing. */
  readonly colon: string;
  /** Neither comma nor closing brace after a member. */
  readonly memberEnd: string;
  /** Neither comma nor closing bracket after an element. */
  readonly elementEnd: string;
}

/** Behaviour of one generation of QEMU's JSON parser (`qobject/json-parser.c`, `json-streamer.c`). */
export interface JsonDialect {
  /**
   * Time of an error. `end`: when brackets and braces balance, because the parser looks at the tokens only
   * then. `token`: at the bad token; the rest of the value is then skipped silently.
   */
  readonly errorsAt: 'end' | 'token';
  /** Whether errors begin with the line and the column of the bad token. */
  readonly positions: boolean;
  /**
   * Whether the quotation of a stray token is cut at the length that bounds the other texts, or given in
   * full.
   */
  readonly cutsStray: boolean;
  /** Whether a member name is read like any other value first, and only then found not to be a string. */
  readonly keysAreValues: boolean;
  /** Its error texts. */
  readonly texts: GrammarTexts;
}

/** The parser up to QEMU 10.0: it collects the tokens of a whole value before it looks at them. */
export const BATCH_DIALECT: JsonDialect = {
  errorsAt: 'end',
  positions: false,
  cutsStray: false,
  keysAreValues: true,
  texts: {
    value: 'expecting value',
    key: 'key is not a string in object',
    colon: 'missing : in object pair',
    memberEnd: 'expected separator in dict',
    elementEnd: 'expected separator in list',
  },
};

/** The parser of QEMU 11.1, which looks at each token as it comes. */
export const PUSH_DIALECT: JsonDialect = {
  errorsAt: 'token',
  positions: true,
  cutsStray: true,
  keysAreValues: false,
  texts: {
    value: 'expecting value',
    key: 'expecting key',
    colon: "expecting ':'",
    memberEnd: "expected ',' or '}'",
    elementEnd: "expected ',' or ']'",
  },
};

/** The dialects by the names that `QemuRules.jsonParser` gives them. */
export const DIALECTS: Readonly<Record<'batch' | 'push', JsonDialect>> = {
  batch: BATCH_DIALECT,
  push: PUSH_DIALECT,
};
