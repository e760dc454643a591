/** Limits of one JSON value, beyond which QEMU refuses it (`qobject/json-parser.c` and `json-lexer.c`). */
export interface JsonLimits {
  /** Brackets and braces that may be open at once. Default 1024. */
  readonly maxNesting: number;
  /** Tokens in one value. Default 2 097 152. */
  readonly maxTokens: number;
  /**
   * Bytes: all tokens of one value together must have fewer, and a single token must not have more. Default
   * 64 MiB.
   */
  readonly maxBytes: number;
}

/** QEMU's own limits. */
export const QEMU_LIMITS: JsonLimits = {
  maxNesting: 1024,
  maxTokens: 2 * 1024 * 1024,
  maxBytes: 64 * 1024 * 1024,
};
