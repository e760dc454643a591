import { hex, lines, PROBE, withId, type CaseTable } from './case-table.ts';

const BROKEN = [
  '{"a": %, "b": 1}',
  '{"a": [1, 2, %, 3], "b": {"c": 4}}',
  '[1, 2, x, 3, [4, 5], {"a": 6}]',
  '{"a": x, "b": y, "c": z}',
  '{"a": {"b": {"c": x}}, "d": 1}',
  '{"a": [[[x]]], "d": %}',
  '{"a": 1 "b": 2, "c": {}}',
  '{"a" 1, "b": [}',
  '{1: 2, "b": [3]}',
  '{[1]: 2}',
  '{{}: 2}',
  '{[x]: 2}',
  '{"a": 1, "a": 2, "b": x}',
  '{"a": {"x": 1, "x": 2}, "a": 3}',
  '{"a": 1, "\\u0061": 2}',
  '{"a": 1,, "b": 2}',
  '[1,, 2]',
  '[,]',
  '[1 2]',
  '{,}',
  '{"a":}',
  '{"a"}',
  '{"a",}',
  '[1}',
  '{"a": 1]',
  ']{}',
  '}[]',
  '[[1, 2}, 3]',
  '"a": 1',
  '1, 2',
  ': 1',
  '"open\nclosed"',
  "'open\nclosed'",
  '{"execute": "query-na\n me"}',
  '// comment\n{}',
  '/* comment */ {}',
  '# comment\n{}',
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  '<?xml version="1.0"?>\n<a/>',
  '{"execute": "query-name"; "id": 1}',
  '{execute: "query-name"}',
  '{"execute": query-name}',
  '("a")',
  '`a`',
  '\ufeff{"execute": "query-name"}',
  '\u00a0{"execute": "query-name"}',
  '%p %s %d',
  '"\\u12"',
  '[1e, 2]',
  '[1.}',
  '-\n1',
  '1e\n5',
  'tr ue',
  'true false null',
  'truefalse',
  'true1',
  '1true',
  '"a""b"',
  '[]{}[]{}',
  '12"a"[]',
  '\t\t x',
  '\n\n  {"a": x}',
  '[1,\n2,\n  x,\n3]',
  '{"a":\n  "b\\q"}',
  '{"a": "\\ud800", "b": x}',
  '{"a": "\u00e9\u00e9", "b" x}',
  '%\n%\n%',
  '% % %',
  '%{%}%[%]%',
  '% {"execute": "query-name", "id": "same line"}',
  '%,{"execute": "query-name", "id": "after a comma"}',
  '"abc',
];

/** Adds broken input, the parser's recovery, and its limits. */
export function addBroken(table: CaseTable): void {
  for (const [index, text] of BROKEN.entries()) {
    // Each twice: what is left of the first must not change the second, once the parser was reset.
    table.add('json', `broken-${index}`, [
      text,
      '\n',
      PROBE,
      '\n',
      0xff,
      PROBE,
      text,
      PROBE,
      '\n',
      0xff,
      0x01,
      PROBE,
    ]);
    table.add('json', `broken-bare-${index}`, [text, '\n', 0xff, text, '\n'], 'bare');
  }
  for (const reset of [0x00, 0x01, 0x0b, 0x1b, 0x1f, 0xfe, 0xff]) {
    for (const open of ['{"a": [1, ', '"abc', '{"a": x, ', '%', '12', 'tru', '']) {
      table.add('json', `reset-${hex(reset)}-${open}`, [open, reset, PROBE, open, reset, reset, PROBE, '\n']);
    }
  }
  for (const depth of [1021, 1022, 1023, 1024, 1025, 1026, 1200]) {
    table.add('limits', `lists-${depth}`, lines('['.repeat(depth) + ']'.repeat(depth), PROBE));
    table.add('limits', `id-lists-${depth}`, lines(withId('['.repeat(depth) + ']'.repeat(depth)), PROBE));
    table.add('limits', `objects-${depth}`, lines('{"a":'.repeat(depth) + '1' + '}'.repeat(depth), PROBE));
    table.add(
      'limits',
      `mixed-${depth}`,
      lines('[{"a":'.repeat(depth >> 1) + '1' + '}]'.repeat(depth >> 1), PROBE),
    );
    table.add('limits', `open-${depth}`, ['['.repeat(depth), '\n', 0xff, PROBE]);
  }
  table.add('limits', 'long-name', lines(`{"execute": "${'n'.repeat(5000)}"}`, PROBE));
  table.add('limits', 'long-id', lines(withId(`"${'i'.repeat(20_000)}"`), PROBE));
  table.add(
    'limits',
    'many-members',
    lines(withId(`{${Array.from({ length: 1500 }, (_, i) => `"m${i}": ${i}`).join(', ')}}`), PROBE),
  );
  table.add(
    'limits',
    'many-elements',
    lines(withId(`[${Array.from({ length: 3000 }, (_, i) => i).join(', ')}]`), PROBE),
  );
}
