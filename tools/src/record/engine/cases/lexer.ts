import { hex, PROBE, type CaseTable } from './case-table.ts';

/** Places where a byte can stand; `reset` leaves whatever it opened. */
const PLACES: Readonly<Record<string, (byte: number) => readonly (string | number)[]>> = {
  'at-rest': (byte) => [byte, ' '],
  'in-a-string': (byte) => ['"a', byte, 'b"'],
  'in-single-quotes': (byte) => ["'a", byte, "b'"],
  'after-a-backslash': (byte) => ['{"a\\', byte, '12345": 1}'],
  'for-a-value': (byte) => ['{"a": ', byte, ', "b": 2}'],
  'for-a-key': (byte) => ['{', byte, ': 1}'],
  'after-a-digit': (byte) => ['[1', byte, '2]'],
  'after-a-zero': (byte) => ['[0', byte, '1]'],
  'after-a-minus': (byte) => ['[-', byte, '1]'],
  'after-a-point': (byte) => ['[1.', byte, '1]'],
  'after-an-exponent': (byte) => ['[1e', byte, '1]'],
  'after-a-letter': (byte) => ['[tru', byte, 'e]'],
  'after-an-error': (byte) => ['%', byte, '1 '],
  'between-two-values': (byte) => ['[1 ', byte, ' 2]'],
};

const TOKENS = ['{', '}', '[', ']', ':', ',', '"a"', '1', 'x'];

const OPENINGS = ['{"k":', '{"k":1', '{"k":1,', '[1', '[1,', '[[', '{"k":{', '{"k":[', '[{"k"'];

/** Bytes and tokens. */
export function addLexer(table: CaseTable): void {
  for (const [place, at] of Object.entries(PLACES)) {
    for (let high = 0; high < 256; high += 16) {
      const input: (string | number)[] = [];
      for (let byte = high; byte < high + 16; byte++) input.push(...at(byte), '\n', 0xff);
      table.add('json', `byte-${place}-${hex(high)}`, [...input, PROBE]);
    }
  }
  for (const first of TOKENS) {
    for (const second of TOKENS) {
      const input = [first, ' ', second, '\n', 0xff];
      for (const third of TOKENS) input.push([first, second, third].join(' '), '\n', 0xff);
      table.add('json', `tokens-${first}-${second}`, [...input, PROBE]);
    }
  }
  for (const opening of OPENINGS) {
    for (const token of TOKENS) {
      const input: (string | number)[] = [];
      for (const end of ['', '}', ']', '}]', ']}', '}}', ']]'])
        input.push(`${opening} ${token}${end}`, '\n', 0xff);
      table.add('json', `inside-${opening}-${token}`, [...input, PROBE]);
    }
  }
}
