import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadProfile } from '../../version/load-profile.ts';
import { MonitorSession } from './session.ts';
import { NEWEST, OLDEST } from '../../../test/support/versions.ts';

/** Parts of requests, good and broken. */
const piece = fc.constantFrom(
  ...[
    '{"execute": "query-name", "id": 1}',
    "{'execute': 'nosuch'}",
    '{"exec-oob": "migrate-pause", "id": "o"}',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    "'",
    '\\',
    '\n',
    ' ',
    'null',
    'nul',
    '%s',
    '-',
    '00',
    '1e999',
    '\\ud800',
  ],
  ...['"execute":', '"exec-oob":', '"id":', '"arguments":', '"query-name"', '{"__proto__": 1}', '[]', '{}'],
  ...['{"execute": "qmp_capabilities"}', '{"id": {"a": [1, 2.5]}, "execute": 5}', 'é', '\u0001'],
);
const input = fc.array(piece, { maxLength: 8 }).map((pieces) => Buffer.from(pieces.join('')));
const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });

/** Everything that a monitor says to these bytes, and to a command after QEMU's reset byte. */
function answers(version: string, oob: boolean, pieces: readonly Buffer[]): string {
  let output = '';
  const session = new MonitorSession({
    profile: loadProfile(version),
    host: {
      find: (name) => (name.startsWith('no') ? undefined : { allowOob: name === 'migrate-pause' }),
      check: () => undefined,
      run: () => ({}),
    },
    output: (data) => (output += String(data)),
  });
  session.open();
  const enable = oob ? ', "arguments": {"enable": ["oob"]}' : '';
  session.receive(Buffer.from(`{"execute": "qmp_capabilities"${enable}}`));
  for (const bytes of pieces) session.receive(bytes);
  session.receive(
    Buffer.concat([Buffer.of(0x0a, 0xff), Buffer.from('{"execute": "query-name", "id": "end"}')]),
  );
  return output;
}

function cut(bytes: Buffer, cycle: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = cycle[turn % cycle.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

test.each([
  [OLDEST, false],
  [NEWEST, true],
] as const)(
  '%s, out-of-band %s: whatever comes, in whatever pieces, the answers are the same, and a reset helps',
  (version, oob) => {
    fc.assert(
      fc.property(input, sizes, (bytes, cycle) => {
        const whole = answers(version, oob, [bytes]);
        expect(answers(version, oob, cut(bytes, cycle))).toBe(whole);
        expect(whole).toMatch(/^(?:[\x20-\x7e]+\r\n)+$/);
        expect(whole.endsWith('{"return": {}, "id": "end"}\r\n')).toBe(true);
      }),
      { numRuns: 500 },
    );
  },
);
