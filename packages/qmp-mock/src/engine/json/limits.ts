/** How much one JSON value may cost before QEMU refuses it (`qobject/json-parser.c` and `json-lexer.c`). */
export interface JsonLimits {
  /** Brackets and braces that may be open at once. Default 1024. */
  readonly maxNesting: number;
  /** Tokens in one value. Default 2 097 152. */
  readonly maxTokens: number;
  /** All tokens of one value must have fewer bytes than this, and a single one no more. Default 64 MiB. */
  readonly maxBytes: number;
}

/** QEMU's own limits. */
export const QEMU_LIMITS: JsonLimits = {
  maxNesting: 1024,
  maxTokens: 2 * 1024 * 1024,
  maxBytes: 64 * 1024 * 1024,
};
