import type { Mode } from '../../../conformance/engine-table.ts';
import { lines, PROBE, withId, type CaseTable } from './case-table.ts';

const MODES: readonly Mode[] = ['plain', 'bare', 'oob', 'pretty'];

const EXECUTE = [undefined, '"query-name"', '"nosuch"', '1', 'null'];

const EXEC_OOB = [undefined, '"query-name"', '"migrate-pause"', '{}'];

const ARGUMENTS = [undefined, '{}', '{"foo": 1}', '[]', 'null'];

const EXTRA = [undefined, '1'];

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

/** The members of a request. */
export function addEnvelope(table: CaseTable): void {
  for (const mode of MODES.slice(0, 3)) {
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
        table.addRequests('envelope', `${mode}-${execute ?? 'none'}-${execOob ?? 'none'}`, requests, mode);
      }
    }
  }
  for (const mode of MODES) {
    for (const id of IDS) {
      const member = `"id": ${id}`;
      table.addRequests(
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
    for (const mode of MODES)
      table.addRequests('envelope', `not-a-request-${mode}-${value}`, [value, PROBE], mode);
  }
  for (const name of NAMES) {
    table.add(
      'envelope',
      `name-${name}`,
      lines(`{"execute": "${name}", "id": 1}`, `{"execute": "${name}", "arguments": {"a": 1}}`),
    );
    table.addRequests('envelope', `name-oob-${name}`, [`{"exec-oob": "${name}", "id": 1}`], 'oob');
  }
  table.add(
    'envelope',
    'proto-members',
    lines(
      withId('{"__proto__": {"a": 1}, "constructor": 2, "toString": null, "hasOwnProperty": []}'),
      '{"execute": "query-name", "__proto__": 1}',
      '{"execute": "query-name", "arguments": {"__proto__": 1}}',
    ),
  );
}
