import * as fc from 'fast-check';
import { CassetteFormatError, importLog, parseCassette, printCassette } from 'qmp-mock';
import { damaged } from '../../random/damaged.ts';
import { attempt, hold, target, type AnyTarget } from '../target.ts';

const CASSETTE = [
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
  '== vm: passed',
  '-- command line',
  "qemu-system-x86_64 -name 'a b' -qmp stdio",
  '-- messages',
  '  0.5 ms  #1 ← {"QMP":{"version":{"qemu":{"major":10,"minor":0,"micro":2},"package":""},"capabilities":[]}}',
  '  1.5 ms  #1 → {"execute":"qmp_capabilities","id":1}',
  '>>> {"execute":"stop"}',
  '<<< {"return":{},"id":1}',
  ' 12.0 ms ⚡ {"event":"STOP","timestamp":{"seconds":1,"microseconds":0}}',
];

/** A line as it is, gone, twice, or damaged. */
const line = (text: string): fc.Arbitrary<string[]> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<string[]>([text]) },
    { weight: 1, arbitrary: damaged(fc.constant(text)).map((other): string[] => [other]) },
    { weight: 1, arbitrary: fc.constantFrom<string[][]>([], [text, text], [CASSETTE[1]!, text]) },
  );

export function cassette(): AnyTarget {
  return target({
    what: 'cassettes: a text is refused by its line, or printed and read back the same; and logs that are imported',
    input: fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.tuple(...CASSETTE.map(line)), fc.constantFrom('\n', '\n', '\n', '\r\n'))
          .map(([lines, end]) => ({ kind: 'cassette' as const, text: lines.flat().join(end) })),
      },
      {
        weight: 1,
        arbitrary: damaged(fc.constant(LOG.join('\n'))).map((text) => ({ kind: 'log' as const, text })),
      },
    ),
    check({ kind, text }) {
      if (kind === 'log') return void attempt(() => importLog(text), RangeError);
      const read = attempt(() => parseCassette(text, 'x'), CassetteFormatError);
      if (read === undefined || /[eE]\+?\d{3}/.test(text)) return;
      const printed = printCassette(read);
      hold(printCassette(parseCassette(printed)) === printed, 'what is printed is read as something else');
    },
  });
}
