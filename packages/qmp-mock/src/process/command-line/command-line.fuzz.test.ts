import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadProfile } from '../../version/load-profile.ts';
import { machineData } from '../../machine/machine-data.ts';
import { CommandLineReader } from './command-line.ts';
import { readOptions } from './option-names.ts';
import { StartError } from './start-error.ts';
import { VERSIONS } from '../../../test/support/versions.ts';

const NAMES =
  'chardev mon qmp qmp-pretty monitor serial parallel object incoming name uuid machine M m smp action compat pidfile drive S preconfig no-reboot';

/** Parts of arguments, good and broken. */
const piece = fc.oneof(
  fc.constantFrom(
    ',',
    '=',
    ',,',
    ':',
    '{',
    '}',
    '"',
    '[',
    ' ',
    '-',
    '%',
    '\0',
    '€',
    '0',
    '99999999999999999999',
  ),
  fc.constantFrom('socket', 'id=', 'path=', 'server=on', 'wait=off', 'fd=3', 'port=', 'host=', 'telnet=on'),
  fc.constantFrom(
    'chardev=',
    'mode=control',
    'pretty=on',
    'unix:',
    'tcp:',
    'stdio',
    'none',
    'mon:',
    'guest=',
  ),
  fc.constantFrom(
    '{"qom-type": "iothread", "id": "a"}',
    '"toString": 1',
    '__proto__=1',
    'constructor',
    '128M',
  ),
);
const argument = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const option = fc
  .tuple(
    fc.constantFrom('-', '--', ''),
    fc.constantFrom(...NAMES.split(' '), '', 'nosuch'),
    fc.option(argument),
  )
  .map(([dash, name, given]) => (given === null ? [dash + name] : [dash + name, given]));

/** Runs it; what it throws has to be QEMU's way of refusing to start. */
function started(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    expect((error as StartError).format('qemu')).toMatch(/^qemu: ./);
  }
}

test.each(VERSIONS)('%s: whatever the command line, QEMU would start or say why not', (version) => {
  const { options: known } = machineData(loadProfile(version));
  fc.assert(
    fc.property(fc.array(option, { maxLength: 4 }), (words) => {
      const reader = new CommandLineReader(loadProfile(version), 'qemu', () => '');
      for (const given of readOptions(words.flat(), known).options) started(() => reader.take(given));
      for (const { value } of reader.finish().chardevs) started(() => value.spec(() => false));
    }),
    { numRuns: 1500 },
  );
});
