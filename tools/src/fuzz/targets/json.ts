import * as fc from 'fast-check';
import { parseJson, stringifyJson } from 'qmp-core/wire';
import { textLike } from '../../random/damaged.ts';
import { toPlain } from '../../random/wire-value.ts';
import { anyValue } from '../../random/wire-values.ts';
import { attempt, hold, target, type AnyTarget } from '../target.ts';
import { MESSAGES } from './messages.ts';

export function json(): AnyTarget {
  return target<string>({
    what: "the client's exact JSON: accepts what JSON.parse accepts, and prints what it parses",
    input: fc.oneof(
      textLike(MESSAGES),
      anyValue.map((value) => stringifyJson(toPlain(value))),
    ),
    check(text) {
      const exact = attempt(() => ({ value: parseJson(text) }), SyntaxError);
      const plain = attempt(() => ({ value: JSON.parse(text) as unknown }), SyntaxError);
      hold((exact === undefined) === (plain === undefined), 'JSON.parse judges otherwise');
      // As with JSON.parse, a number beyond a double becomes Infinity, which has no text.
      if (exact === undefined || /[eE]\+?\d{3}/.test(text)) return;
      const printed = stringifyJson(exact.value);
      hold(stringifyJson(parseJson(printed)) === printed, 'what is printed is read as something else');
    },
  });
}
