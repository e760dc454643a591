import { QDict, type QValue } from '../../engine/json/value.ts';
import type { HmpArguments } from './arguments.ts';
import { complaintsOf, taking, type HmpCommand, type HmpTable } from './command.ts';

/**
 * Commands of the human monitor that stand for one of QMP's, from lines `NAME=QMP-COMMAND SIGNATURE`:
 * parameters are passed on under their names, flags are left out.
 */
export function viaQmp(text: string): HmpTable {
  return new Map(
    text
      .trim()
      .split('\n')
      .map((line): [string, HmpCommand] => {
        const [names = '', ...rest] = line.trim().split(' ');
        const [name = '', command = ''] = names.split('=');
        return [
          name,
          taking(rest.join(' '), (given, context) => complaintsOf(() => context.qmp(command, passOn(given)))),
        ];
      }),
  );
}

/** One whose argument is one of some words: QEMU says of any other that it is an unknown enumerator. */
export function viaQmpEnum(command: string, parameter: string, words: string): HmpCommand {
  const known = new Set(words.split(/\s+/));
  return taking(`${parameter}:string`, (given, context) => {
    const word = String(given.get(parameter));
    if (!known.has(word)) return [`Error: invalid parameter value: ${word}`];
    return complaintsOf(() => context.qmp(command, new QDict([[parameter, word]])));
  });
}

function passOn(given: HmpArguments): QDict {
  const args = new QDict();
  for (const [name, value] of given) if (name.length > 1) args.set(name, asValue(value));
  return args;
}

/** Numbers above the signed range are negative ones. */
function asValue(value: string | bigint | boolean): QValue {
  if (typeof value !== 'bigint') return value;
  const signed = BigInt.asIntN(64, value);
  return signed >= -(2n ** 53n) && signed <= 2n ** 53n ? Number(signed) : signed;
}
