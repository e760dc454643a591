import { lines, PROBE, withId, type CaseTable } from './case-table.ts';

const WORDS = [
  'true',
  'false',
  'null',
  'tru',
  'truer',
  'nul',
  'nulll',
  'nan',
  'inf',
  'infinity',
  'undefined',
  'a',
  'z',
  'none',
];

const NUMBERS =
  `0 -0 1 -1 00 01 -00 0e1 0.0 -0.0 0.5 -0.5 .5 5. 1. 1.e1 1.5e 1e 1e+ 1e- 1e1 1E1 1e+1 1e-1 1.0e0 1e400 -1e400
1e-400 -1e-400 +1 --1 -- 1-1 1+1 0x10 1_000 1,5 1.2.3 1e1e1 1e1.5 12ab 1a -a -.5 9007199254740991 9007199254740992 9007199254740993
-9007199254740993 999999999999999 -99999999999999 1000000000000000 123456789012345678 9223372036854775807 9223372036854775808
-9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616 99999999999999999999999999
0.1 0.2 0.3 1.1 3.141592653589793 2.718281828459045 1e16 1e17 1e18 123456789012345680.0 1e21 1e22 1e23 1e100 1e-4 1e-5 0.00012345
0.000012345 5e-324 4.9e-324 2.2250738585072014e-308 2.2250738585072011e-308 1.7976931348623157e308 1.7976931348623159e308
1125899906842624.25 1125899906842624.75 1125899906842625.25 281474976710656.125 281474976710657.375 562949953421312.5
0.30000000000000004 100.0 1.10 1e3 12e-1 123456.789e3 0.1e1 0.10e-1 1e00 1e007 1e-007`
    .split(/\s+/)
    .filter(Boolean);

const ESCAPES =
  `\\" \\' \\\\ \\/ \\b \\f \\n \\r \\t \\a \\v \\0 \\e \\U0041 \\x41 \\u \\u0 \\u00 \\u004 \\u0041 \\u00g1 \\uD83D \\ud83d\\ude00
\\uD83D\\uDE00 \\ud83d\\u0041 \\ud83dx \\ud83d\\n \\ud83d\\ud83d\\ude00 \\ude00 \\ude00\\ud83d \\ud800\\udc00 \\udbff\\udfff \\udbff\\udffe \\ud83f\\udfff \\ud83f\\udffd
\\u0000 \\u0001 \\u001f \\u0020 \\u007e \\u007f \\u0080 \\u00e9 \\u00ff \\u0100 \\u07ff \\u0800 \\u2028 \\ud7ff \\ue000 \\ufdcf \\ufdd0 \\ufdef \\ufdf0
\\ufeff \\ufffd \\ufffe \\uffff \\u0000\\u0000 a\\u0000b \\u002F \\u0022 \\u005c \\u0027 \\u\\u0041 \\u12\\n \\ud83d\\u12 \\ud83d\\u \\ud83d\\`
    .split(/\s+/)
    .filter(Boolean);

const SEQUENCES =
  `7f 80 bf c080 c081 c1bf c280 c2 c241 c3a9 dfbf df e08080 e09fbf e0a080 e0a0 e282ac e28241 e2 ed9fbf eda080 edafbf edb080 edbfbf
eda080edb080 ee8080 efb78f efb790 efb7af efb7b0 efbbbf efbfbd efbfbe efbfbf f0808080 f08fbfbf f0908080 f09f9880 f09f98 f09f41 f09fbfbe f09fbfbf
f3b08080 f48fbfbd f48fbfbe f48fbfbf f4908080 f5808080 f7bfbfbf f888808080 f8 fbbfbfbfbf fc8480808080 fc fd fdbfbfbfbfbf 8080 e282e282ac c3c3a9 ff fe`
    .split(/\s+/)
    .filter(Boolean);

const TEXTS = [
  'plain',
  "it's",
  '<a href="x">&amp;</a>'.replaceAll('"', '\\"'),
  'caf\u00e9 \u20ac \u{1f600} \u{10fffd}',
  '\u007f\u0080\u00a0\u2028',
  '%s %d %%',
  ' lead and trail ',
  'a\tb'.replace('\t', '\\t'),
  '{"not": "parsed"}'.replaceAll('"', '\\"'),
];

/** Keywords, numbers and strings. */
export function addWords(table: CaseTable): void {
  for (const word of WORDS) {
    table.add(
      'json',
      `word-${word}`,
      lines(`[${word}]`, word, withId(word), `{"a": ${word}, "b": nope}`, PROBE),
    );
  }
  for (const length of [1005, 1006, 1007, 3000]) {
    table.add('json', `word-of-${length}`, lines(`[${'w'.repeat(length)}]`, PROBE));
  }
  for (const length of [1012, 1013, 1014, 1015, 1016, 1017, 3000]) {
    table.add('json', `stray-of-${length}`, ['"', 's'.repeat(length), '\n', PROBE]);
    table.add('json', `stray-wide-of-${length}`, ['"', '\u20ac'.repeat(Math.ceil(length / 3)), '\n', PROBE]);
  }
  for (const number of NUMBERS) {
    table.add(
      'json',
      `number-${number}`,
      lines(
        withId(number),
        `[${number}]`,
        number,
        `{"execute": "query-name", "id": {"a": ${number}}}`,
        PROBE,
      ),
    );
  }
  for (const escape of ESCAPES) {
    table.add('json', `escape-${escape}`, [
      withId(`"${escape}"`),
      '\n',
      0xff,
      withId(`'<${escape}>'`),
      '\n',
      0xff,
      `{"${escape}": 1, "execute": "query-name"}`,
      '\n',
      0xff,
      PROBE,
    ]);
  }
  for (const sequence of SEQUENCES) {
    const bytes = [...Buffer.from(sequence, 'hex')];
    const request = (quote: string) => [
      '{"execute": "query-name", "id": ',
      quote,
      'a',
      ...bytes,
      'z',
      quote,
      '}\n',
    ];
    table.add('json', `utf8-${sequence}`, [
      ...request('"'),
      0xff,
      ...request("'"),
      0xff,
      '{"execute": "',
      ...bytes,
      '"}\n',
      0xff,
      PROBE,
    ]);
  }
  for (const [index, text] of TEXTS.entries()) {
    const requests = [withId(`"${text}"`), withId(`{"${text}": ["${text}"]}`), `{"execute": "${text}"}`];
    table.add('json', `text-${index}`, lines(...requests, `{"execute": "query-name", "${text}": 1}`, PROBE));
  }
}
