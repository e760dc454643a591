import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress, parseAddress, type QmpAddress, type QmpAddressInput } from './address.ts';
import { QmpStateError } from './errors.ts';

/** Parts of addresses, good and broken. */
const piece = fc.oneof(
  fc.constantFrom('unix:', 'tcp:', 'tcp:[::1]:', '[', ']', ':', '0', '65535', '65536', '-1', '/run/vm.sock'),
  fc.constantFrom('localhost', '127.0.0.1', '@', '\0', ' ', '%', '__proto__', '.', '€'),
  fc.string({ maxLength: 4 }),
);
const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
const member = fc.oneof(
  text,
  fc.constantFrom<unknown>(0, 1, 65_535, 65_536, -1, 0.5, Number.NaN, 1n, null, undefined, true),
);
const object = fc.record({ path: member, host: member, port: member, fd: member }, { requiredKeys: [] });
// Objects whose own `toString` isn't a function, symbols, sparse arrays: a message about them must not fail
// in turn.
const anything = fc.anything({
  withNullPrototype: true,
  withBigInt: true,
  key: fc.constantFrom('toString', 'port', 'a'),
});

function parsed(input: unknown): QmpAddress | undefined {
  try {
    return parseAddress(input as QmpAddressInput);
  } catch (error) {
    expect(error).toBeInstanceOf(QmpStateError);
    return undefined;
  }
}

test('an address is refused with a QmpStateError, or its text stands for the same address', () => {
  fc.assert(
    fc.property(fc.oneof(text, object, anything), (input) => {
      const address = parsed(input);
      if (address?.kind === 'unix') expect(parseAddress(formatAddress(address))).toEqual(address);
      if (address?.kind === 'tcp' && typeof input === 'string') {
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }
    }),
    { numRuns: 1500 },
  );
});
