import { stripVTControlCharacters } from 'node:util';
import { QmpClient, QmpCommandError } from 'qmp-core';
import { MockQmp } from 'qmp-mock';
import { describe } from 'vitest';
import { exactly, expect, test as base, transcriptOf } from '../index.ts';

/** A mock that has received `stop`, `device_del nic0`, `cont`, and the client that sent them. */
const test = base.extend('used', async ({ mock, qmp }) => {
  mock.handle('device_del', {});
  await qmp.execute('stop');
  await qmp.execute('device_del', { id: 'nic0' });
  await qmp.execute('cont');
  return mock;
});

/** The message that a failing assertion throws. */
async function messageOf(assertion: () => unknown): Promise<string> {
  try {
    await assertion();
  } catch (error) {
    return stripVTControlCharacters(error instanceof Error ? error.message : String(error));
  }
  throw new Error('The assertion passed; it should have failed');
}

describe('toHaveReceivedCommand', () => {
  test('takes a name, and arguments or a part of them', ({ used }) => {
    expect(used).toHaveReceivedCommand('stop');
    expect(used).toHaveReceivedCommand('device_del', { id: 'nic0' });
    expect(used).toHaveReceivedCommand('device_del', { id: expect.stringMatching(/^nic/) });
    expect(used).toHaveReceivedCommand('device_del', {});
    expect(used).not.toHaveReceivedCommand('quit');
    expect(used).not.toHaveReceivedCommand('device_del', { id: 'nic1' });
    expect({ used }).toEqual({ used: expect.toHaveReceivedCommand('stop') });
  });

  test('takes a machine that `launch` gave', async ({ launch }) => {
    const machine = await launch({ backend: 'mock' });
    await machine.qmp.execute('stop');
    expect(machine).toHaveReceivedCommand('stop');
  });

  test('says what was received instead', async ({ used }) => {
    expect(await messageOf(() => expect(used).toHaveReceivedCommand('quit'))).toMatchInlineSnapshot(`
      "expect(mock).toHaveReceivedCommand(name)

      Expected to have received quit.

      Received:
        stop
        device_del {"id":"nic0"}
        cont"
    `);
    expect(await messageOf(() => expect(used).toHaveReceivedCommand('device_del', { id: 'nic1' })))
      .toMatchInlineSnapshot(`
      "expect(mock).toHaveReceivedCommand(name, arguments)

      Received device_del once, but never with these arguments.

      Received:
        device_del {"id":"nic0"}

      The last one differs:
        id: expected "nic1", got "nic0""
    `);
    expect(await messageOf(() => expect(used).not.toHaveReceivedCommand('stop'))).toMatchInlineSnapshot(`
      "expect(mock).not.toHaveReceivedCommand(name)

      Expected not to have received stop.

      Received:
        stop
        device_del {"id":"nic0"}
        cont"
    `);
  });

  test('refuses what is no mock', async ({ qmp }) => {
    expect(await messageOf(() => expect(qmp).toHaveReceivedCommand('stop'))).toBe(
      'expect(…).toHaveReceivedCommand takes a MockQmp, such as the fixture `mock`',
    );
  });
});

describe('toHaveReceivedCommandTimes', () => {
  test('counts', async ({ used }) => {
    expect(used).toHaveReceivedCommandTimes('stop', 1);
    expect(used).toHaveReceivedCommandTimes('quit', 0);
    expect(used).not.toHaveReceivedCommandTimes('stop', 2);
    expect(await messageOf(() => expect(used).toHaveReceivedCommandTimes('stop', 2))).toContain(
      'Expected to have received stop 2 times; received it once.',
    );
  });
});

describe('toHaveReceivedCommands', () => {
  test('takes names and pairs, in order, with others in between unless that is forbidden', ({ used }) => {
    expect(used).toHaveReceivedCommands([]);
    expect(used).toHaveReceivedCommands(['stop', 'cont']);
    expect(used).toHaveReceivedCommands(['stop', ['device_del', { id: 'nic0' }], 'cont'], { exact: true });
    expect(used).not.toHaveReceivedCommands(['cont', 'stop']);
    expect(used).not.toHaveReceivedCommands(['stop', 'stop']);
    expect(used).not.toHaveReceivedCommands(['stop', ['device_del', { id: 'nic1' }]]);
    expect(used).not.toHaveReceivedCommands(['stop', 'cont'], { exact: true });
    expect([used]).toEqual([expect.toHaveReceivedCommands(['stop'])]);
  });

  test('says which one is missing', async ({ used }) => {
    const message = await messageOf(() => expect(used).toHaveReceivedCommands(['stop', 'quit']));
    expect(message).toContain('Expected to have received quit after stop.');
    const exact = await messageOf(() =>
      expect(used).toHaveReceivedCommands(['stop', 'cont'], { exact: true }),
    );
    expect(exact).toContain('Expected nothing else to have been received.');
  });
});

describe('toEmitEvent', () => {
  test('finds an event that has come, once', async ({ qmp }) => {
    await qmp.execute('stop');
    await expect(qmp).toEmitEvent('STOP');
    await expect(qmp).not.toEmitEvent('STOP');
  });

  test('waits for one that comes later', async ({ mock, qmp }) => {
    const emitted = expect(qmp).toEmitEvent('DEVICE_DELETED', { device: 'nic0' });
    mock.emit('DEVICE_DELETED', { path: '/machine/peripheral/nic1', device: 'nic1' });
    mock.emit('DEVICE_DELETED', { path: '/machine/peripheral/nic0', device: 'nic0' });
    await emitted;
    await expect(qmp).toEmitEvent('DEVICE_DELETED', { device: expect.any(String) });
  });

  test('does not count what came before a mark', async ({ qmp }) => {
    await qmp.execute('stop');
    await expect(qmp).not.toEmitEvent('STOP', undefined, { since: qmp.mark() });
  });

  test('says that it came with other data, and shows which', async ({ mock, qmp }) => {
    mock.machine.guest.reset();
    await qmp.execute('query-name');
    await expect(expect(qmp).toEmitEvent('RESET', { guest: false }, { timeout: 1 })).rejects.toMatchObject({
      message: expect.stringContaining(
        'It did not come within 1 ms; RESET came with other data.\n\n  guest: expected false, got true',
      ),
      actual: { guest: true, reason: 'guest-reset' },
    });
  });

  test('says what came instead', async ({ mock, qmp }) => {
    await qmp.execute('stop');
    mock.emit('DEVICE_DELETED', { path: '/a', device: 'nic1' });
    // Its reply comes behind the events.
    await qmp.execute('query-name');
    const late = await messageOf(() => expect(qmp).toEmitEvent('RESET', undefined, { timeout: 1 }));
    expect(late).toContain(
      'Expected the event RESET. It did not come within 1 ms; only STOP, DEVICE_DELETED came.',
    );
    await mock.close();
    const gone = await messageOf(() => expect(qmp).toEmitEvent('RESET'));
    expect(gone).toContain('It did not come before the connection ended');
  });
});

describe('toBeQmpError', () => {
  const error = new QmpCommandError('DeviceNotFound', "Device 'nic0' not found");

  test('takes a class, and a description as a text, a RegExp or a matcher', async ({ qmp }) => {
    expect(error).toBeQmpError('DeviceNotFound');
    expect(error).toBeQmpError('DeviceNotFound', "Device 'nic0' not found");
    expect(error).toBeQmpError('DeviceNotFound', /nic0/);
    expect(error).not.toBeQmpError('GenericError');
    expect(error).not.toBeQmpError('DeviceNotFound', /nic1/);
    expect(new Error('DeviceNotFound')).not.toBeQmpError('DeviceNotFound');
    expect([error]).toContainEqual(expect.toBeQmpError('DeviceNotFound', /nic0/));
    await expect(qmp.untyped.execute('nope')).rejects.toBeQmpError(
      'CommandNotFound',
      'The command nope has not been found',
    );
  });

  test('says what it is instead', async () => {
    expect(await messageOf(() => expect(error).toBeQmpError('GenericError'))).toContain(
      "Expected a different error than QmpCommandError: DeviceNotFound: Device 'nic0' not found",
    );
    expect(await messageOf(() => expect('text').toBeQmpError('GenericError'))).toContain(
      "Expected a QmpCommandError (GenericError), but got 'text', which isn't an error",
    );
  });
});

/** Of `{ id: 'nic0' }`, and each matcher's own subject with such a member. */
const patterns: [title: string, id: unknown, matches: boolean][] = [
  ['the value', 'nic0', true],
  ['another value', 'nic1', false],
  ['a RegExp', /^nic\d$/, true],
  ['a RegExp with a memory', /nic/g, true],
  ['a RegExp that does not match', /^nope/, false],
  ['an object', {}, false],
  ['an array', [], false],
  ['a predicate', (id: unknown) => id === 'nic0', true],
  ['a predicate that refuses', () => false, false],
  ['a predicate that says nothing', () => undefined, false],
  ['a matcher', expect.stringContaining('nic'), true],
  ['a matcher that refuses', expect.stringContaining('disk'), false],
  ['a matcher of another runner', { asymmetricMatch: (id: unknown) => id === 'nic0' }, true],
  ['exactly the value', exactly('nic0'), true],
  ['exactly another', exactly('nic1'), false],
  ['absence', undefined, false],
];

describe.for(patterns)('%s as a member of a pattern', ([, id, matches]) => {
  test('in toHaveReceivedCommand', ({ used }) => {
    if (matches) expect(used).toHaveReceivedCommand('device_del', { id });
    else expect(used).not.toHaveReceivedCommand('device_del', { id });
    expect({ used }).toEqual({
      used: matches
        ? expect.toHaveReceivedCommand('device_del', { id })
        : expect.not.toHaveReceivedCommand('device_del', { id }),
    });
  });

  test('in toHaveReceivedCommands', ({ used }) => {
    const commands = ['stop', ['device_del', { id }] as const, 'cont'];
    if (matches) expect(used).toHaveReceivedCommands(commands);
    else expect(used).not.toHaveReceivedCommands(commands);
  });

  test('in toEmitEvent', async ({ mock, qmp }) => {
    mock.emit('DEVICE_DELETED', { path: '/machine/peripheral/nic0', device: 'nic0' });
    await qmp.execute('query-name');
    if (matches) await expect(qmp).toEmitEvent('DEVICE_DELETED', { device: id });
    else await expect(qmp).not.toEmitEvent('DEVICE_DELETED', { device: id });
  });

  test('in toBeQmpError', () => {
    const error = new QmpCommandError('GenericError', 'nic0');
    // Without a description any will do.
    if (matches || id === undefined) expect(error).toBeQmpError('GenericError', id);
    else expect(error).not.toBeQmpError('GenericError', id);
  });
});

test('exactly leaves no room for more', async ({ mock, qmp, used }) => {
  expect(used).toHaveReceivedCommand('device_del', exactly({ id: 'nic0' }));
  expect(used).not.toHaveReceivedCommand('device_del', exactly({}));
  mock.emit('DEVICE_DELETED', { path: '/a', device: 'nic0' });
  await qmp.execute('query-name');
  await expect(qmp).not.toEmitEvent('DEVICE_DELETED', exactly({ device: 'nic0' }));
  await expect(qmp).toEmitEvent('DEVICE_DELETED', exactly({ path: /./, device: 'nic0' }));
});

test('a pattern is copied when it is given', async ({ mock, qmp }) => {
  const wanted = { device: 'nic0' };
  const emitted = expect(qmp).toEmitEvent('DEVICE_DELETED', wanted);
  wanted.device = 'nic1';
  mock.emit('DEVICE_DELETED', { path: '/a', device: 'nic0' });
  await emitted;
});

describe('transcripts', () => {
  test('a conversation is the same text in every run', ({ used, qmp }) => {
    expect(transcriptOf(used)).toBe(transcriptOf(qmp));
    expect(transcriptOf(qmp)).toMatchInlineSnapshot(`
      "← greeting
      → qmp_capabilities
      ← qmp_capabilities: {}
      → stop
      ⚡ STOP
      ← stop: {}
      → device_del {"id":"nic0"}
      ← device_del: {}
      → cont
      ⚡ RESUME
      ← cont: {}"
    `);
    expect(qmp).toMatchTranscript();
  });

  test('what no fixture made has none', async () => {
    const mock = new MockQmp();
    const client = await QmpClient.over(mock.connect());
    expect(() => transcriptOf(client)).toThrow('There is no transcript');
    await client.close();
    await mock.close();
  });
});
