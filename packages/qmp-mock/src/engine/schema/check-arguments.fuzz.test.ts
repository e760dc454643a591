import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromPlain } from '../json/plain.ts';
import type { QDict } from '../json/value.ts';
import { checkArguments } from './check-arguments.ts';
import { loadSchema } from '../../version/load-profile.ts';
import { VERSIONS } from '../../../test/support/versions.ts';

/** Names that commands have, and names that every object has. */
const NAMES = ['id', 'device', 'driver', 'node-name', 'file', 'type', 'data', 'backend', 'qom-type', 'size'];
const name = fc.constantFrom(...NAMES, '__proto__', 'constructor', 'toString', '');

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      0.5,
      2 ** 53,
      1n << 63n,
      -(1n << 63n),
      (1n << 64n) - 1n,
    ),
    fc.constantFrom('', 'x', 'raw', 'file', 'null', 'memory-backend-ram', '/machine', '__proto__', '\0'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: false }),
  ),
}));
const members = fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: false });

test.each(VERSIONS)('%s: whatever the arguments of a command, they fit or there are words', (version) => {
  const schema = loadSchema(version);
  const command = fc.constantFrom(...schema.commands.keys(), '__proto__');
  fc.assert(
    fc.property(command, members, (execute, args) => {
      const refusal = checkArguments(schema, execute, fromPlain(args) as QDict);
      if (refusal !== undefined) expect(refusal).not.toBe('');
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns: 600 },
  );
});
