import * as fc from 'fast-check';
import { QmpStateError } from 'qmp-core';
import { formatAddress, parseAddress } from 'qmp-core/transport';
import { textLike } from '../../random/damaged.ts';
import { toPlain } from '../../random/wire-value.ts';
import { anyValue } from '../../random/wire-values.ts';
import { attempt, hold, target, type AnyTarget } from '../target.ts';

const ADDRESSES = [
  ...['/run/vm.sock', 'unix:/run/vm.sock', 'unix:relative'],
  ...['127.0.0.1:4444', 'tcp:127.0.0.1:4444', 'tcp:[::1]:4444', ':0', 'localhost:65535'],
];

const odd = fc.constantFrom<unknown>(
  ...[0, 1, 65_535, 65_536, -1, 0.5, NaN, 1n, '', 'x', null, undefined, {}, true],
);

// Objects whose own `toString` is not a function, symbols, sparse arrays: a message about them must not fail
// in turn.
const anything = fc.anything({
  withNullPrototype: true,
  withBigInt: true,
  key: fc.constantFrom('toString', 'port', 'a'),
});

export function address(): AnyTarget {
  return target<unknown>({
    what: 'address parsing, texts and objects',
    input: fc.oneof(
      { weight: 3, arbitrary: textLike(ADDRESSES) },
      {
        weight: 1,
        arbitrary: fc.oneof(
          fc.record({ path: odd }),
          fc.record({ host: odd, port: odd }),
          fc.record({ fd: odd }),
          fc.record({ port: odd, tls: odd }),
          anyValue.map(toPlain),
          odd,
          anything,
        ),
      },
    ),
    check(input) {
      const parsed = attempt(() => parseAddress(input as string), QmpStateError);
      if (parsed === undefined || parsed.kind === 'fd') return;
      const again = parseAddress(formatAddress(parsed));
      if (parsed.kind === 'unix')
        hold(again.kind === 'unix' && again.path === parsed.path, 'its text stands for another path');
      else if (typeof input === 'string')
        hold(
          again.kind === 'tcp' && again.host === parsed.host && again.port === parsed.port,
          'its text stands for another host',
        );
    },
  });
}
