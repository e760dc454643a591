import { lines, PROBE, withId, type CaseTable } from './case-table.ts';

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

const BETWEEN = { none: '', space: ' ', newline: '\n', crlf: '\r\n', tab: '\t', many: ' \t\r\n \n\n' };

/** Negotiation, framing and pretty printing. */
export function addSession(table: CaseTable): void {
  for (const enable of ENABLES) {
    const request = `{"execute": "qmp_capabilities", "arguments": {"enable": ${enable}}, "id": "n"}`;
    const after = [
      '{"execute": "query-name"}',
      '{"exec-oob": "migrate-pause"}',
      '{"exec-oob": "query-name"}',
      request,
      PROBE,
    ];
    table.addSteps('negotiation', `enable-${enable}`, [request, ...after], 'bare');
    table.add('negotiation', `again-${enable}`, lines(request, ...after));
    table.add(
      'negotiation',
      `surplus-${enable}`,
      lines(`{"execute": "qmp_capabilities", "arguments": {"enable": ${enable}, "foo": 1}}`, PROBE),
      'bare',
    );
  }
  for (const request of BEFORE)
    table.add(
      'negotiation',
      `before-${request}`,
      lines(request, PROBE, '{"execute": "qmp_capabilities", "id": 2}', PROBE),
      'bare',
    );
  table.add(
    'negotiation',
    'one-write',
    '{"execute":"qmp_capabilities"}{"execute":"query-name","id":1}{"execute":"qmp_capabilities"}{"execute":"query-name","id":2}',
    'bare',
  );
  for (const [name, between] of Object.entries(BETWEEN)) {
    const requests = Array.from({ length: 30 }, (_, i) => withId(i));
    table.add('framing', `between-${name}`, requests.join(between));
    table.add(
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
    table.add('framing', `unfinished-${left}`, `${PROBE}${left}`);
  }
  for (const mode of ['plain', 'bare', 'oob', 'pretty'] as const)
    table.add(
      'framing',
      `pipeline-${mode}`,
      Array.from(
        { length: 60 },
        (_, i) => `{"execute": "${['query-name', 'query-uuid', 'nosuch'][i % 3]}", "id": ${i}}`,
      ).join('\n'),
      mode === 'oob' ? 'plain' : mode,
    );

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
    table.add(
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
}
