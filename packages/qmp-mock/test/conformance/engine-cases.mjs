/**
 * The inputs of the engine table: conversations with an idle monitor, in which no command depends on a machine. The recording
 * script puts real QEMUs' answers beside them, in `engine.jsonl`.
 *
 * A case is `{ id, category, mode?, text | b64 | steps }`. The steps of a case are sent one by one, each when the one before it has
 * been answered; they are for conversations with out-of-band execution, where QEMU's order otherwise depends on its threads. `mode`
 * is how the conversation begins:
 * - `plain` (the default): `{"execute": "qmp_capabilities"}` and a line feed have been answered;
 * - `bare`: nothing has been sent;
 * - `oob`: out-of-band execution has been enabled, in the same way. Behind the input comes {@link OOB_END}, and its answer
 *   ends the recording; in the other modes the client ends its half, and QEMU closes;
 * - `pretty`: as `plain`, on a monitor with `pretty=on`.
 */

/** What is sent at the start, by mode. */
export const BEGIN = {
  plain: '{"execute": "qmp_capabilities"}\n',
  bare: '',
  oob: '{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}\n',
  pretty: '{"execute": "qmp_capabilities"}\n',
};

/** Ends an `oob` case: a reset of the parser, then a command whose id nobody else uses. */
export const OOB_END = Buffer.concat([
  Buffer.from([0x0a, 0xff]),
  Buffer.from('{"execute": "query-name", "id": "the end"}'),
]);

/** A command that shows whether the parser is at rest again. */
const PROBE = '{"execute": "query-name", "id": "probe"}';

const cases = [];

/** Adds a case. `input`: text, or bytes as an array of numbers and texts. */
function add(category, name, input, mode) {
  const bytes = Array.isArray(input)
    ? Buffer.concat(input.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))))
    : Buffer.from(input);
  const text = bytes.toString();
  // Only text that survives the way through UTF-8 can be written as text.
  const given = Buffer.from(text).equals(bytes) ? { text } : { b64: bytes.toString('base64') };
  cases.push({ id: `${category}/${name}`, category, ...(mode === undefined ? {} : { mode }), ...given });
}

/** Adds a case of requests that are sent one by one. */
function addSteps(category, name, steps, mode) {
  cases.push({ id: `${category}/${name}`, category, mode, steps: steps.map((step) => `${step}\n`) });
}

/** Adds a case of requests, each of which gets one reply. */
function addRequests(category, name, requests, mode) {
  if (mode === 'oob') addSteps(category, name, requests, mode);
  else add(category, name, lines(...requests), mode);
}

const lines = (...texts) => `${texts.join('\n')}\n`;
const hex = (byte) => byte.toString(16).padStart(2, '0');
const withId = (id) => `{"execute": "query-name", "id": ${id}}`;

// Section: the lexer, byte by byte

/** Where a byte can stand; `reset` leaves whatever it opened. */
const PLACES = {
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
for (const [place, at] of Object.entries(PLACES)) {
  for (let high = 0; high < 256; high += 16) {
    const input = [];
    for (let byte = high; byte < high + 16; byte++) input.push(...at(byte), '\n', 0xff);
    add('json', `byte-${place}-${hex(high)}`, [...input, PROBE]);
  }
}

// Section: the grammar, every short sequence of tokens

const TOKENS = ['{', '}', '[', ']', ':', ',', '"a"', '1', 'x'];
for (const first of TOKENS) {
  for (const second of TOKENS) {
    const input = [first, ' ', second, '\n', 0xff];
    for (const third of TOKENS) input.push([first, second, third].join(' '), '\n', 0xff);
    add('json', `tokens-${first}-${second}`, [...input, PROBE]);
  }
}
const OPENINGS = ['{"k":', '{"k":1', '{"k":1,', '[1', '[1,', '[[', '{"k":{', '{"k":[', '[{"k"'];
for (const opening of OPENINGS) {
  for (const token of TOKENS) {
    const input = [];
    for (const end of ['', '}', ']', '}]', ']}', '}}', ']]'])
      input.push(`${opening} ${token}${end}`, '\n', 0xff);
    add('json', `inside-${opening}-${token}`, [...input, PROBE]);
  }
}

// Section: keywords, numbers

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
for (const word of WORDS) {
  add('json', `word-${word}`, lines(`[${word}]`, word, withId(word), `{"a": ${word}, "b": nope}`, PROBE));
}
for (const length of [1005, 1006, 1007, 3000]) {
  add('json', `word-of-${length}`, lines(`[${'w'.repeat(length)}]`, PROBE));
}
for (const length of [1012, 1013, 1014, 1015, 1016, 1017, 3000]) {
  add('json', `stray-of-${length}`, ['"', 's'.repeat(length), '\n', PROBE]);
  add('json', `stray-wide-of-${length}`, ['"', '\u20ac'.repeat(Math.ceil(length / 3)), '\n', PROBE]);
}
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
for (const number of NUMBERS) {
  add(
    'json',
    `number-${number}`,
    lines(withId(number), `[${number}]`, number, `{"execute": "query-name", "id": {"a": ${number}}}`, PROBE),
  );
}

// Section: strings

const ESCAPES =
  `\\" \\' \\\\ \\/ \\b \\f \\n \\r \\t \\a \\v \\0 \\e \\U0041 \\x41 \\u \\u0 \\u00 \\u004 \\u0041 \\u00g1 \\uD83D \\ud83d\\ude00
\\uD83D\\uDE00 \\ud83d\\u0041 \\ud83dx \\ud83d\\n \\ud83d\\ud83d\\ude00 \\ude00 \\ude00\\ud83d \\ud800\\udc00 \\udbff\\udfff \\udbff\\udffe \\ud83f\\udfff \\ud83f\\udffd
\\u0000 \\u0001 \\u001f \\u0020 \\u007e \\u007f \\u0080 \\u00e9 \\u00ff \\u0100 \\u07ff \\u0800 \\u2028 \\ud7ff \\ue000 \\ufdcf \\ufdd0 \\ufdef \\ufdf0
\\ufeff \\ufffd \\ufffe \\uffff \\u0000\\u0000 a\\u0000b \\u002F \\u0022 \\u005c \\u0027 \\u\\u0041 \\u12\\n \\ud83d\\u12 \\ud83d\\u \\ud83d\\`
    .split(/\s+/)
    .filter(Boolean);
for (const escape of ESCAPES) {
  add('json', `escape-${escape}`, [
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
const SEQUENCES =
  `7f 80 bf c080 c081 c1bf c280 c2 c241 c3a9 dfbf df e08080 e09fbf e0a080 e0a0 e282ac e28241 e2 ed9fbf eda080 edafbf edb080 edbfbf
eda080edb080 ee8080 efb78f efb790 efb7af efb7b0 efbbbf efbfbd efbfbe efbfbf f0808080 f08fbfbf f0908080 f09f9880 f09f98 f09f41 f09fbfbe f09fbfbf
f3b08080 f48fbfbd f48fbfbe f48fbfbf f4908080 f5808080 f7bfbfbf f888808080 f8 fbbfbfbfbf fc8480808080 fc fd fdbfbfbfbfbf 8080 e282e282ac c3c3a9 ff fe`
    .split(/\s+/)
    .filter(Boolean);
for (const sequence of SEQUENCES) {
  const bytes = [...Buffer.from(sequence, 'hex')];
  const request = (quote) => ['{"execute": "query-name", "id": ', quote, 'a', ...bytes, 'z', quote, '}\n'];
  add('json', `utf8-${sequence}`, [
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
for (const [index, text] of TEXTS.entries()) {
  const requests = [withId(`"${text}"`), withId(`{"${text}": ["${text}"]}`), `{"execute": "${text}"}`];
  add('json', `text-${index}`, lines(...requests, `{"execute": "query-name", "${text}": 1}`, PROBE));
}

// Section: what is opened and not closed, recovery, positions

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
for (const [index, text] of BROKEN.entries()) {
  // Each twice: what is left of the first must not change the second, once the parser was reset.
  add('json', `broken-${index}`, [
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
  add('json', `broken-bare-${index}`, [text, '\n', 0xff, text, '\n'], 'bare');
}
for (const reset of [0x00, 0x01, 0x0b, 0x1b, 0x1f, 0xfe, 0xff]) {
  for (const open of ['{"a": [1, ', '"abc', '{"a": x, ', '%', '12', 'tru', '']) {
    add('json', `reset-${hex(reset)}-${open}`, [open, reset, PROBE, open, reset, reset, PROBE, '\n']);
  }
}

// Section: limits

for (const depth of [1021, 1022, 1023, 1024, 1025, 1026, 1200]) {
  add('limits', `lists-${depth}`, lines('['.repeat(depth) + ']'.repeat(depth), PROBE));
  add('limits', `id-lists-${depth}`, lines(withId('['.repeat(depth) + ']'.repeat(depth)), PROBE));
  add('limits', `objects-${depth}`, lines('{"a":'.repeat(depth) + '1' + '}'.repeat(depth), PROBE));
  add('limits', `mixed-${depth}`, lines('[{"a":'.repeat(depth >> 1) + '1' + '}]'.repeat(depth >> 1), PROBE));
  add('limits', `open-${depth}`, ['['.repeat(depth), '\n', 0xff, PROBE]);
}
add('limits', 'long-name', lines(`{"execute": "${'n'.repeat(5000)}"}`, PROBE));
add('limits', 'long-id', lines(withId(`"${'i'.repeat(20_000)}"`), PROBE));
add(
  'limits',
  'many-members',
  lines(withId(`{${Array.from({ length: 1500 }, (_, i) => `"m${i}": ${i}`).join(', ')}}`), PROBE),
);
add(
  'limits',
  'many-elements',
  lines(withId(`[${Array.from({ length: 3000 }, (_, i) => i).join(', ')}]`), PROBE),
);

// Section: the envelope

const EXECUTE = [undefined, '"query-name"', '"nosuch"', '1', 'null'];
const EXEC_OOB = [undefined, '"query-name"', '"migrate-pause"', '{}'];
const ARGUMENTS = [undefined, '{}', '{"foo": 1}', '[]', 'null'];
const EXTRA = [undefined, '1'];
for (const mode of ['plain', 'bare', 'oob']) {
  for (const execute of EXECUTE) {
    for (const execOob of EXEC_OOB) {
      const requests = [];
      for (const args of ARGUMENTS) {
        for (const extra of EXTRA) {
          const members = { id: '7', execute, 'exec-oob': execOob, arguments: args, extra };
          const shown = Object.entries(members).filter(([, value]) => value !== undefined);
          requests.push(`{${shown.map(([key, value]) => `"${key}": ${value}`).join(', ')}}`);
        }
      }
      addRequests('envelope', `${mode}-${execute ?? 'none'}-${execOob ?? 'none'}`, requests, mode);
    }
  }
}
const IDS = [
  'null',
  'true',
  'false',
  '0',
  '-1',
  '1.5',
  '""',
  '"x"',
  '[]',
  '{}',
  '[null]',
  '{"a": {"b": [1, 2.5, "c"]}}',
  '18446744073709551615',
];
for (const mode of ['plain', 'bare', 'oob', 'pretty']) {
  for (const id of IDS) {
    const member = `"id": ${id}`;
    addRequests(
      'envelope',
      `id-${mode}-${id}`,
      [
        `{"execute": "query-name", ${member}}`,
        `{${member}, "execute": "query-uuid"}`,
        `{"execute": "nosuch", ${member}}`,
        `{"execute": "query-name", "arguments": {"a": 1}, ${member}}`,
        `{${member}}`,
        `{"execute": 1, ${member}}`,
        `{"execute": x, ${member}}`,
        `{"exec-oob": "migrate-pause", ${member}}`,
      ],
      mode,
    );
  }
}
for (const value of [
  'null',
  'true',
  '1',
  '-1',
  '1.5',
  '"a"',
  '[]',
  '[{}]',
  '{}',
  '[{"execute": "query-name"}]',
]) {
  for (const mode of ['plain', 'bare', 'oob', 'pretty'])
    addRequests('envelope', `not-a-request-${mode}-${value}`, [value, PROBE], mode);
}
const NAMES = [
  '',
  ' ',
  'query-name ',
  'Query-Name',
  'query_name',
  'QUERY-NAME',
  '%s',
  "'",
  '\\"',
  '\\u0000',
  'query-name\\u0000',
  '\\n',
  '\u00e9',
  'qmp_capabilities',
  'quit2',
  '__proto__',
  'constructor',
  'toString',
];
for (const name of NAMES) {
  add(
    'envelope',
    `name-${name}`,
    lines(`{"execute": "${name}", "id": 1}`, `{"execute": "${name}", "arguments": {"a": 1}}`),
  );
  addRequests('envelope', `name-oob-${name}`, [`{"exec-oob": "${name}", "id": 1}`], 'oob');
}
add(
  'envelope',
  'proto-members',
  lines(
    withId('{"__proto__": {"a": 1}, "constructor": 2, "toString": null, "hasOwnProperty": []}'),
    '{"execute": "query-name", "__proto__": 1}',
    '{"execute": "query-name", "arguments": {"__proto__": 1}}',
  ),
);

// Section: order of members, and which of several is named

const NAME_SETS = [
  ['minor', 'micro', 'major'],
  ['micro', 'minor', 'major'],
  [
    'a',
    'b',
    'c',
    'd',
    'e',
    'f',
    'g',
    'h',
    'i',
    'j',
    'k',
    'l',
    'm',
    'n',
    'o',
    'p',
    'q',
    'r',
    's',
    't',
    'u',
    'v',
    'w',
    'x',
    'y',
    'z',
  ],
  [
    'id',
    'execute',
    'exec-oob',
    'arguments',
    'return',
    'error',
    'event',
    'timestamp',
    'data',
    'class',
    'desc',
    'QMP',
  ],
  [
    'driver',
    'file',
    'node-name',
    'read-only',
    'cache',
    'discard',
    'filename',
    'locking',
    'aio',
    'auto-read-only',
  ],
  ['address', 'type', 'slot', 'function', 'bus', 'qdev_id', 'irq', 'regions', 'class_info'],
  ['', 'A', '0', '00', '000', '-', '_', '\u00e9', '\u20ac', '\u{1f600}', '\\u0000', '\\n'],
  Array.from({ length: 7 }, (_, i) => `k${i}`),
  Array.from({ length: 8 }, (_, i) => `k${i}`),
  Array.from({ length: 9 }, (_, i) => `k${i}`),
  Array.from({ length: 17 }, (_, i) => `member-${i * i}`),
  Array.from({ length: 40 }, (_, i) => `m${(i * 7919) % 1000}`),
  Array.from({ length: 130 }, (_, i) => `m${(i * 104_729) % 10_007}`),
];
for (const [index, names] of NAME_SETS.entries()) {
  for (const [way, set] of [
    ['forward', names],
    ['backward', names.toReversed()],
  ]) {
    const members = set.map((name, i) => `"${name}": ${i}`).join(', ');
    const requests = [
      withId(`{${members}}`),
      `{"execute": "query-name", "arguments": {${members}}}`,
      `{"execute": "qmp_capabilities", "arguments": {${members}}}`,
    ];
    for (const [i, name] of set.entries())
      if (i < 12)
        requests.push(`{"execute": "query-name", "arguments": {"${name}": 1, "other": 2, "more": 3}}`);
    add('order', `${index}-${way}`, lines(...requests));
    const surplus = set
      .filter((name) => !['id', 'execute', 'exec-oob', 'arguments'].includes(name))
      .map((name) => `"${name}": 1`);
    add(
      'order',
      `envelope-${index}-${way}`,
      lines(
        `{${surplus.join(', ')}}`,
        `{"execute": 1, ${surplus.join(', ')}}`,
        `{${surplus.join(', ')}, "arguments": 1}`,
      ),
    );
  }
}

// Section: negotiation

const ENABLES = [
  '[]',
  '["oob"]',
  '["oob", "oob"]',
  '["nope"]',
  '["oob", "nope"]',
  '["nope", "oob"]',
  '["OOB"]',
  '[""]',
  '[1]',
  '["oob", 1]',
  '[1, "nope"]',
  '[null]',
  '[["oob"]]',
  '[{}]',
  '[true]',
  '[1.5]',
  '"oob"',
  '1',
  '1.5',
  'true',
  'null',
  '{}',
  '{"oob": true}',
];
for (const enable of ENABLES) {
  const request = `{"execute": "qmp_capabilities", "arguments": {"enable": ${enable}}, "id": "n"}`;
  const after = [
    '{"execute": "query-name"}',
    '{"exec-oob": "migrate-pause"}',
    '{"exec-oob": "query-name"}',
    request,
    PROBE,
  ];
  addSteps('negotiation', `enable-${enable}`, [request, ...after], 'bare');
  add('negotiation', `again-${enable}`, lines(request, ...after));
  add(
    'negotiation',
    `surplus-${enable}`,
    lines(`{"execute": "qmp_capabilities", "arguments": {"enable": ${enable}, "foo": 1}}`, PROBE),
    'bare',
  );
}
const BEFORE = [
  '{"execute": "query-name"}',
  '{"execute": "quit"}',
  '{"execute": "nosuch", "id": 1}',
  '{"execute": "query-name", "arguments": {"a": 1}}',
  '{"execute": "query-name", "arguments": []}',
  '{"exec-oob": "migrate-pause"}',
  '{"exec-oob": "qmp_capabilities"}',
  '{"execute": "qmp_capabilities", "arguments": {"a": 1}}',
  '{"execute": "qmp_capabilities", "arguments": {}}',
  '{"execute": "qmp_capabilities", "extra": 1}',
  '{"execute": "qmp_capabilities", "id": [1, {"a": null}]}',
  '{}',
  '[]',
  'x',
  '{]',
];
for (const request of BEFORE)
  add(
    'negotiation',
    `before-${request}`,
    lines(request, PROBE, '{"execute": "qmp_capabilities", "id": 2}', PROBE),
    'bare',
  );
add(
  'negotiation',
  'one-write',
  '{"execute":"qmp_capabilities"}{"execute":"query-name","id":1}{"execute":"qmp_capabilities"}{"execute":"query-name","id":2}',
  'bare',
);

// Section: framing

const BETWEEN = { none: '', space: ' ', newline: '\n', crlf: '\r\n', tab: '\t', many: ' \t\r\n \n\n' };
for (const [name, between] of Object.entries(BETWEEN)) {
  const requests = Array.from({ length: 30 }, (_, i) => withId(i));
  add('framing', `between-${name}`, requests.join(between));
  add(
    'framing',
    `inside-${name}`,
    `{"execute":${between}"query-name"${between},"id":${between}{"a"${between}:1}${between}}`,
  );
}
for (const left of [
  '{',
  '{"execute"',
  '{"execute": "query-name"',
  '{"execute": "query-na',
  '[1, 2',
  '"text',
  '12',
  'true',
  '1.5e',
  '%',
  '{"a": x',
  "{'a'",
]) {
  add('framing', `unfinished-${left}`, `${PROBE}${left}`);
}
for (const mode of ['plain', 'bare', 'oob', 'pretty'])
  add(
    'framing',
    `pipeline-${mode}`,
    Array.from(
      { length: 60 },
      (_, i) => `{"execute": "${['query-name', 'query-uuid', 'nosuch'][i % 3]}", "id": ${i}}`,
    ).join('\n'),
    mode === 'oob' ? 'plain' : mode,
  );

// Section: pretty printing

const VALUES = [
  '{}',
  '[]',
  '[{}]',
  '[[]]',
  '{"a": {}}',
  '{"a": []}',
  '[1, 2, 3]',
  '{"a": 1, "b": {"c": [1, {"d": null}], "e": "f"}}',
  '[[1, [2, [3]]]]',
  '"text"',
  '1.5',
  'null',
];
for (const value of VALUES) {
  add(
    'pretty',
    value,
    lines(
      withId(value),
      `{"execute": "nosuch", "id": ${value}}`,
      '{"execute": "query-kvm"}',
      '{"execute": "query-block"}',
      '{]',
    ),
    'pretty',
  );
}

/** Every case. */
export { cases };
