import { lines, withId, type CaseTable } from './case-table.ts';

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

/** The order of members, and which of several is named. */
export function addOrder(table: CaseTable): void {
  for (const [index, names] of NAME_SETS.entries()) {
    for (const [way, set] of [
      ['forward', names],
      ['backward', names.toReversed()],
    ] as const) {
      const members = set.map((name, i) => `"${name}": ${i}`).join(', ');
      const requests = [
        withId(`{${members}}`),
        `{"execute": "query-name", "arguments": {${members}}}`,
        `{"execute": "qmp_capabilities", "arguments": {${members}}}`,
      ];
      for (const [i, name] of set.entries())
        if (i < 12)
          requests.push(`{"execute": "query-name", "arguments": {"${name}": 1, "other": 2, "more": 3}}`);
      table.add('order', `${index}-${way}`, lines(...requests));
      const surplus = set
        .filter((name) => !['id', 'execute', 'exec-oob', 'arguments'].includes(name))
        .map((name) => `"${name}": 1`);
      table.add(
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
}
