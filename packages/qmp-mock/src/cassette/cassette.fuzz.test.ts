import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CassetteFormatError } from './errors.ts';
import { parseCassette, printCassette } from './format.ts';
import { importLog } from './import-log.ts';

const LINES = [
  '{"cassette":1,"qemu":"10.0","schema":"x","commandLine":["-S"]}',
  '{"shapes":{"stop":"0a"}}',
  '{"QMP":{"version":{"qemu":{"major":10,"minor":0,"micro":2},"package":""},"capabilities":["oob"]}}',
  '{"execute":"qmp_capabilities","id":1}',
  '{"return":{},"id":1}',
  '{"after":3,"event":"STOP","data":{}}',
  '{"execute":"eject","arguments":{"device":"cd0","size":18446744073709551615},"id":2}',
  '{"error":{"class":"GenericError","desc":"no"},"id":2}',
  '{"end":"client"}',
];

const LOG = [
  '-- command line',
  "qemu-system-x86_64 -name 'a b' -qmp stdio",
  '-- messages',
  '  0.5 ms  #1 ← {"QMP":{"version":{"qemu":{"major":10,"minor":0,"micro":2},"package":""},"capabilities":[]}}',
  '  1.5 ms  #1 → {"execute":"qmp_capabilities","id":1}',
  '<<< {"return":{},"id":1}',
];

/** Letters and words that change what a line says. */
const replacement = fc.constantFrom(
  ...[
    '',
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '1',
    '-1',
    '1n',
    'null',
    'true',
    '\\ud800',
    '#',
    '\r',
    '\n',
    '€',
  ],
  ...['"__proto__":1,', '"id":', '"return"', '"toString"', '9007199254740993', '"after":-1,'],
);

/** One line, whole or with a few letters replaced. */
const damaged = (line: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat(line.length), fc.nat(4), replacement), { maxLength: 2 })
    .map((cuts) =>
      cuts.reduce((text, [at, gone, by]) => text.slice(0, at) + by + text.slice(at + gone), line),
    );

/** The lines in order, each there, gone, or twice, and a few of them damaged. */
const textOf = (lines: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...lines.map((line) =>
        fc.oneof(
          { weight: 8, arbitrary: fc.constant([line]) },
          { weight: 2, arbitrary: damaged(line).map((text) => [text]) },
          { weight: 1, arbitrary: fc.constantFrom([], [line, line]) },
        ),
      ),
    )
    .map((all) => all.flat().join('\n'));

test('a cassette is refused with a CassetteFormatError, or printed and read the same again', () => {
  let read = 0;
  fc.assert(
    fc.property(textOf(LINES), (text) => {
      let printed: string;
      try {
        printed = printCassette(parseCassette(text, 'x'));
      } catch (error) {
        expect(error).toBeInstanceOf(CassetteFormatError);
        return;
      }
      read += 1;
      expect(printCassette(parseCassette(printed))).toBe(printed);
    }),
    { numRuns: 2000 },
  );
  expect(read).toBeGreaterThan(100);
});

test('a log that is imported is refused with a RangeError, or gives a cassette', () => {
  fc.assert(
    fc.property(textOf(LOG), (log) => {
      try {
        printCassette(importLog(log));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 1000 },
  );
});
