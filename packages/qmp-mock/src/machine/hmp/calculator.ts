import type { Subsystem } from '../subsystem.ts';
import { HmpUsageError, readArguments, signature } from './arguments.ts';
import { hmpTable, notModelledLine, type HmpContext, type HmpTable } from './command.ts';
import { Expression, ExpressionError } from './expression.ts';

/** How `print/FORMAT` shows a number. */
const FORMATS: Readonly<Record<string, (value: bigint) => string>> = {
  x: (value) => `0x${value.toString(16)}`,
  o: (value) => `0${value.toString(8)}`,
  d: (value) => BigInt.asIntN(64, value).toString(),
  u: (value) => value.toString(),
  c: (value) => `'${String.fromCharCode(Number(value & 0xffn))}'`,
};

/** Letters of the formats and sizes that memory can be shown in. */
const MEMORY_FORMAT = /^[0-9oduxicbwhgl]*/;

/** `print`, and `x`: numbers and addresses as the human monitor reads them. */
export class Calculator implements Subsystem {
  readonly #cpus: number;
  /** The format of `print` stays until another is given. */
  #format = 'x';

  constructor({ cpus }: { readonly cpus: number }) {
    this.#cpus = cpus;
  }

  hmpCommands(): HmpTable {
    return hmpTable({
      print: (context) => this.#print(context),
      x: (context) => this.#examine(context),
    });
  }

  #print({ rest }: HmpContext): readonly string[] {
    const [, format, text = ''] = /^(?:\/(\w))?([^]*)$/.exec(rest) ?? [];
    checkFormat(format ?? '');
    if (format !== undefined && Object.hasOwn(FORMATS, format)) this.#format = format;
    return [FORMATS[this.#format]?.(evaluate(text, 'print|p')) ?? ''];
  }

  #examine(context: HmpContext): readonly string[] {
    const { rest, names } = context;
    const [, format = '', text = ''] = /^(?:\/(\S*))?([^]*)$/.exec(rest) ?? [];
    checkFormat(format);
    readArguments(names, signature('addr:number'), text);
    return this.#cpus === 0 ? ['Can not dump without CPU'] : notModelledLine(context);
  }
}

function checkFormat(format: string): void {
  const bad = format.slice(MEMORY_FORMAT.exec(format)?.[0].length ?? 0)[0];
  if (bad !== undefined) throw new HmpUsageError(`invalid char in format: '${bad}'`);
}

function evaluate(text: string, name: string): bigint {
  const expression = new Expression(text);
  try {
    const value = expression.evaluate();
    if (expression.rest.trim() !== '')
      throw new HmpUsageError(`${name}: extraneous characters at the end of line`);
    return value;
  } catch (error) {
    if (error instanceof ExpressionError) throw new HmpUsageError(error.message);
    throw error;
  }
}
