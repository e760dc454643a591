import { notModelled } from '../../engine/not-modelled.ts';

/** An expression that cannot be worked out; the message is what QEMU prints. */
export class ExpressionError extends Error {}

/** How deep an expression may nest. Each level takes stack, here as in QEMU. */
const MOST_DEPTH = 500;

/**
 * Works out the integer expressions of the human monitor (`monitor/hmp.c`): 64 bits, C's precedence for what
 * there is.
 */
export class Expression {
  #rest: string;
  #depth = 0;

  constructor(text: string) {
    this.#rest = text;
  }

  /** Value of the expression, as an unsigned number of 64 bits; {@link rest} is what comes behind it. */
  evaluate(): bigint {
    return BigInt.asUintN(64, this.#sum());
  }

  /** The unread part. */
  get rest(): string {
    return this.#rest;
  }

  #sum(): bigint {
    let value = this.#logic();
    for (;;) {
      const operator = this.#operator('+-');
      if (operator === undefined) return value;
      const right = this.#logic();
      value = BigInt.asIntN(64, operator === '+' ? value + right : value - right);
    }
  }

  #logic(): bigint {
    let value = this.#product();
    for (;;) {
      const operator = this.#operator('&|^');
      if (operator === undefined) return value;
      const right = this.#product();
      if (operator === '&') value &= right;
      else if (operator === '|') value |= right;
      else value ^= right;
    }
  }

  #product(): bigint {
    let value = this.#unary();
    for (;;) {
      const operator = this.#operator('*/%');
      if (operator === undefined) return value;
      const right = this.#unary();
      if (operator === '*') value = BigInt.asIntN(64, value * right);
      else if (right === 0n) throw new ExpressionError('division by zero');
      else value = operator === '/' ? value / right : value % right;
    }
  }

  #unary(): bigint {
    if (++this.#depth > MOST_DEPTH)
      notModelled(`an expression that nests deeper than ${MOST_DEPTH} levels: QEMU crashes at some 20 000`);
    const value = this.#operand();
    this.#depth--;
    return value;
  }

  #operand(): bigint {
    this.#space();
    const first = this.#rest[0];
    if (first === undefined) throw new ExpressionError('unexpected end of expression');
    if (first === '+' || first === '-' || first === '~') {
      this.#rest = this.#rest.slice(1);
      const value = this.#unary();
      if (first === '+') return value;
      return first === '-' ? BigInt.asIntN(64, -value) : ~value;
    }
    if (first === '(') {
      this.#rest = this.#rest.slice(1);
      const value = this.#sum();
      if (this.#operator(')') === undefined) throw new ExpressionError("')' expected");
      return value;
    }
    if (first === "'") return this.#character();
    if (first === '$') throw new ExpressionError('unknown register');
    return this.#number();
  }

  #character(): bigint {
    const match = /^'([^])'/.exec(this.#rest);
    if (match === null) throw new ExpressionError("missing terminating ' character");
    this.#rest = this.#rest.slice(match[0].length);
    return BigInt(match[1]?.codePointAt(0) ?? 0);
  }

  #number(): bigint {
    const match = /^(0[xX][0-9a-fA-F]+|0[0-7]*|\d+)/.exec(this.#rest);
    if (match === null) throw new ExpressionError(`invalid char '${this.#rest[0]}' in expression`);
    const text = match[0];
    this.#rest = this.#rest.slice(text.length);
    const octal = /^0[0-7]+$/.test(text);
    return BigInt(octal ? `0o${text.slice(1)}` : text);
  }

  #operator(choice: string): string | undefined {
    this.#space();
    const next = this.#rest[0];
    if (next === undefined || !choice.includes(next)) return undefined;
    this.#rest = this.#rest.slice(1);
    return next;
  }

  #space(): void {
    this.#rest = this.#rest.trimStart();
  }
}
