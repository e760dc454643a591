import { QmpCommandError, QmpStateError, type QmpConnectOptions } from 'qmp-core';
import type { MockQmpOptions } from 'qmp-mock';
import { expect } from 'vitest';
import { failure, rejects, testRows, works, type Bench, type RowTest } from './bench.ts';

type Options = MockQmpOptions & { client?: QmpConnectOptions };

/**
 * A request that the monitor refuses: `send` gives the refusal with the id, the session and the calls around
 * it go on.
 */
function refused(
  statement: string,
  request: Record<string, unknown>,
  desc: string,
  errorClass = 'GenericError',
  options: Options = {},
): RowTest {
  return [
    statement,
    async (bench) => {
      const { client } = await bench.pair(options);
      const replies = [
        client.execute('query-status'),
        client.send({ ...request, id: { of: 'mine' } }),
        client.send(request),
        client.execute('query-status'),
      ];
      const [before, withId, without, after] = await Promise.all(replies);
      const error = { class: errorClass, desc };
      expect(withId).toEqual({ id: { of: 'mine' }, error });
      expect(without).toEqual({ error });
      expect(after).toEqual(before);
      expect(client.connected).toBe(true);
    },
  ];
}

/** The same for a command with its arguments: `execute` rejects, and the error tells all of it. */
function refusedCommand(
  statement: string,
  command: string,
  args: Record<string, unknown> | undefined,
  desc: string,
  errorClass = 'GenericError',
  options: Options = {},
): RowTest {
  return [
    statement,
    async (bench: Bench) => {
      const { client } = await bench.pair(options);
      const error = await rejects(client.execute(command, args), QmpCommandError, desc, {
        code: 'QMP_COMMAND',
        class: errorClass,
        desc,
        command,
        message: `${command}: ${desc} (${errorClass})`,
      });
      expect(error.arguments).toEqual(args);
      expect(error.reply).toMatchObject({ error: { class: errorClass, desc } });
      expect(await client.send({ execute: command, arguments: args })).toEqual({
        error: { class: errorClass, desc },
      });
      expect(client.connected).toBe(true);
    },
  ];
}

testRows('refusals', {
  'not-an-object': [
    'a request that is no object has no id to answer to, so the client does not send it',
    async (bench) => {
      const { mock, client } = await bench.pair();
      for (const request of [null, [], 1, 'a']) {
        await rejects(client.send(request as never), QmpStateError, 'A request is an object', {
          code: 'QMP_STATE',
        });
      }
      await works(client);
      expect(mock.received).toHaveLength(1);
    },
  ],
  'no-command': refused('a request without a command is refused', {}, "QMP input lacks member 'execute'"),
  'command-is-no-text': refused(
    'a command that is no text is refused',
    { execute: true },
    "QMP input member 'execute' must be a string",
  ),
  'arguments-are-no-object': refused(
    'arguments that are no object are refused',
    { execute: 'query-name', arguments: [] },
    "QMP input member 'arguments' must be an object",
  ),
  'unknown-member': refused(
    'a member that QMP does not have is refused',
    { execute: 'query-name', extra: 1 },
    "QMP input member 'extra' is unexpected",
  ),
  'two-commands': refused(
    'a request with both forms of a command is refused',
    { execute: 'query-name', 'exec-oob': 'query-name' },
    "QMP input member 'execute' clashes with 'exec-oob'",
    'GenericError',
    { client: { oob: true } },
  ),
  'oob-not-enabled': [
    'a command out of band is refused where that was not negotiated: by the client, and by the monitor',
    async (bench) => {
      const { mock, client } = await bench.pair();
      await rejects(client.execute('query-yank', {}, { oob: true }), QmpStateError, /oob/, {
        code: 'QMP_STATE',
      });
      expect(mock.received).toHaveLength(0);
      expect(await client.send({ 'exec-oob': 'query-yank', id: 1 })).toEqual({
        id: 1,
        error: { class: 'GenericError', desc: "QMP input member 'exec-oob' is unexpected" },
      });
      await works(client);
    },
  ],
  'unknown-command': [
    'a command that the monitor does not have is told by its class',
    async (bench) => {
      const { client } = await bench.pair();
      for (const name of ['nope', '', 'query_name', 'QUERY-NAME']) {
        await rejects(client.execute(name), QmpCommandError, `The command ${name} has not been found`, {
          class: 'CommandNotFound',
          command: name,
        });
      }
      await works(client);
    },
  ],
  'rejected-by-policy': refusedCommand(
    'a deprecated command that a policy forbids is told by its class',
    'query-kvm',
    undefined,
    'Deprecated command query-kvm disabled by policy',
    'CommandNotFound',
    { args: ['-compat', 'deprecated-input=reject'] },
  ),
  'not-for-oob': [
    'a command that cannot run out of band is refused by its name',
    async (bench) => {
      const { client } = await bench.pair({ client: { oob: true } });
      await rejects(
        client.execute('query-version', {}, { oob: true }),
        QmpCommandError,
        'The command query-version does not support OOB',
        { class: 'GenericError' },
      );
      await works(client);
    },
  ],
  'too-early': [
    'a command that needs a machine is refused before there is one, and works afterwards',
    async (bench) => {
      const { client } = await bench.pair({ args: ['-preconfig'] });
      await rejects(
        client.execute('query-cpus-fast'),
        QmpCommandError,
        "The command 'query-cpus-fast' is permitted only after machine initialization has completed",
      );
      expect(await client.execute('x-exit-preconfig')).toEqual({});
      expect(await client.execute('query-cpus-fast')).toHaveLength(1);
      await rejects(
        client.execute('x-exit-preconfig'),
        QmpCommandError,
        'permitted only before machine initialization',
      );
    },
  ],
  'missing-argument': refusedCommand(
    'an argument that is missing is named',
    'human-monitor-command',
    {},
    "Parameter 'command-line' is missing",
  ),
  'unknown-argument': refusedCommand(
    'an argument that the command does not have is named',
    'human-monitor-command',
    { 'command-line': 'info status', a: 1 },
    "Parameter 'a' is unexpected",
  ),
  'wrong-type': refusedCommand(
    'an argument of the wrong type is named, and the right type, too',
    'human-monitor-command',
    { 'command-line': 1 },
    "Invalid parameter type for 'command-line', expected: string",
  ),
  'value-not-accepted': refusedCommand(
    'a value that is none of those that there are is named',
    'set-action',
    { reboot: 'zzz' },
    "Parameter 'reboot' does not accept value 'zzz'",
  ),
  'error-classes': [
    'the class of an error is passed on as it is, also one that nobody knows yet',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const classes = [
        'GenericError',
        'CommandNotFound',
        'DeviceNotActive',
        'DeviceNotFound',
        'KVMMissingCap',
        'ClassOfTheFuture',
      ];
      for (const name of classes) {
        const error = { class: name, desc: `a ${name}: "é" \n` };
        mock.fault.garbage({ bytes: `${JSON.stringify({ id: name, error })}\r\n` });
        await rejects(client.execute('query-name', {}, { id: name }), QmpCommandError, name, {
          class: name,
          desc: error.desc,
        });
      }
      mock.handle('eject', new QmpCommandError('DeviceNotFound', "Device 'cd0' not found"));
      await rejects(client.execute('eject', { device: 'cd0' }), QmpCommandError, "Device 'cd0' not found", {
        class: 'DeviceNotFound',
      });
      await works(client);
    },
  ],
  'error-shape': [
    'an error has a class and a description, and members that are added to it one day do no harm',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const error = { class: 'GenericError', desc: 'no', hint: { try: 'again' } };
      mock.fault.garbage({ bytes: `${JSON.stringify({ error, id: 'mine', since: 12 })}\r\n` });
      const refusal = await failure(client.execute('query-name', {}, { id: 'mine' }));
      expect(refusal).toMatchObject({ class: 'GenericError', desc: 'no', reply: { error, since: 12 } });
      await works(client);
    },
  ],
});
