import { describe, expect, onTestFinished, test } from 'vitest';
import { ScriptedMonitor } from '../test/support/scripted-monitor.ts';
import { QmpClient } from './client.ts';
import { QmpError, QmpOptionError, QmpStateError } from './errors.ts';
import { QmpListener } from './listener.ts';
import {
  CONNECT_OPTIONS,
  EVENTS_OPTIONS,
  EXECUTE_AND_WAIT_OPTIONS,
  EXECUTE_OPTIONS,
  PULL_OPTIONS,
  SEND_OPTIONS,
  WAIT_OPTIONS,
} from './options.ts';
import { checkOptions, countFrom, numberFrom, oneOf, TEXT, TEXTS } from './option-rules.ts';
import type { UntypedQapi } from './qapi/schema.ts';

type Client = QmpClient<UntypedQapi>;

async function open(): Promise<{ client: Client; monitor: ScriptedMonitor }> {
  const monitor = new ScriptedMonitor();
  const [client] = await Promise.all([QmpClient.over<UntypedQapi>(monitor.near), monitor.open()]);
  onTestFinished(() => client.close());
  return { client, monitor };
}

/** Every method with options, and the names of these. */
const methods: Readonly<
  Record<string, { known: object; call: (client: Client, options: never) => unknown }>
> = {
  'QmpClient.connect': {
    known: CONNECT_OPTIONS,
    call: (_client, options) => QmpClient.connect('/x', options),
  },
  'QmpClient.over': {
    known: CONNECT_OPTIONS,
    call: (_client, options) => QmpClient.over(new ScriptedMonitor().near, options),
  },
  accept: {
    known: CONNECT_OPTIONS,
    call: async (_client, options) => {
      await using listener = await QmpListener.listen('127.0.0.1:0');
      return await listener.accept(options);
    },
  },
  execute: { known: EXECUTE_OPTIONS, call: (client, options) => client.execute('x', {}, options) },
  executeAndWait: {
    known: EXECUTE_AND_WAIT_OPTIONS,
    call: (client, options) => client.executeAndWait('x', {}, 'X', options),
  },
  send: { known: SEND_OPTIONS, call: (client, options) => client.send({ execute: 'x' }, options) },
  waitForEvent: { known: WAIT_OPTIONS, call: (client, options) => client.waitForEvent('X', options) },
  pullEvent: { known: PULL_OPTIONS, call: (client, options) => client.pullEvent(options) },
  drainEvents: { known: PULL_OPTIONS, call: (client, options) => client.drainEvents(options) },
  events: { known: EVENTS_OPTIONS, call: (client, options) => client.events('X', options) },
};

const failure = async (call: () => unknown): Promise<QmpOptionError> => {
  try {
    await call();
  } catch (error) {
    return error as QmpOptionError;
  }
  return expect.unreachable('it was accepted');
};

describe.each(Object.entries(methods))('%s', (of, { known, call }) => {
  const names = Object.keys(known).join(', ');

  test('refuses an unknown option, and names the nearest', async () => {
    const { client, monitor } = await open();
    const error = await failure(() => call(client, { singal: undefined } as never));
    expect(error).toBeInstanceOf(QmpOptionError);
    expect(error).toMatchObject({ code: 'QMP_STATE', option: 'singal' });
    expect(error.message).toBe(
      `Expected \`singal\` to be an option of ${of}, got an unknown name. Did you mean \`signal\`? The options are ${names}`,
    );
    expect(error.stack?.split('\n')[1]).toContain('options.test.ts');
    expect(monitor.received).toHaveLength(1); // the negotiation: nothing has been sent
  });

  const wrong: [option: string, value: unknown, expected: string][] = [
    ['signal', {}, 'an AbortSignal, got {}'],
    ['timeout', -1, 'a number of ms from 0, or null for none, got -1'],
    ['timeout', '5s', 'a number of ms from 0, or null for none, got "5s"'],
    ['timeout', Number.NaN, 'a number of ms from 0, or null for none, got NaN'],
    ['oob', 1, 'true or false, got 1'],
    ['negotiate', 'no', 'true or false, got "no"'],
    ['onMessage', {}, 'a function, got {}'],
    ['eventHistory', -1, 'a whole number from 0, or Infinity, got -1'],
    ['eventHistory', 1.5, 'a whole number from 0, or Infinity, got 1.5'],
    ['maxMessageSize', 0, 'a whole number from 1, or Infinity, got 0'],
    ['maxDepth', '9', 'a whole number from 1, or Infinity, got "9"'],
    ['clock', { setTimeout: 1 }, 'a clock with setTimeout and clearTimeout, got {"setTimeout":1}'],
    ['since', null, 'a number from 0, got null'],
  ];

  test.each(wrong.filter(([option]) => Object.hasOwn(known, option)))(
    'refuses %s: %j',
    async (option, value, expected) => {
      const { client } = await open();
      const error = await failure(() => call(client, { [option]: value } as never));
      expect(error).toBeInstanceOf(QmpOptionError);
      expect(error.option).toBe(option);
      expect(error.message).toBe(`Expected \`${option}\` to be ${expected}`);
    },
  );

  test.each([null, [], 'timeout', 5])('refuses %j in place of the options', async (options) => {
    const { client } = await open();
    const error = await failure(() => call(client, options as never));
    expect(error.message).toBe(
      `Expected \`options\` to be an object with options of ${of}, got ${JSON.stringify(options)}`,
    );
  });
});

test('the class of a bad option is one of a bad call', () => {
  const error = new QmpOptionError('x', { option: 'y' });
  expect(error).toBeInstanceOf(QmpStateError);
  expect(error).toBeInstanceOf(QmpError);
  expect(error.name).toBe('QmpOptionError');
});

test('options that are undefined are as good as none', () => {
  expect(() => checkOptions('x', { timeout: undefined, signal: undefined }, SEND_OPTIONS)).not.toThrow();
  expect(() => checkOptions('x', undefined, SEND_OPTIONS)).not.toThrow();
});

test('a name that nothing is near to has a hint where one was given', () => {
  const refuse = (key: string): unknown =>
    checkOptions<object>('x', { [key]: 1 }, { qemu: TEXT }, { version: 'qemu' });
  expect(() => refuse('version')).toThrow('Did you mean `qemu`?');
  expect(() => refuse('colour')).toThrow(/unknown name\. The options are qemu$/);
  expect(() => refuse('constructor')).toThrow(/unknown name\. The options are qemu$/);
  expect(() => checkOptions('x', JSON.parse('{"__proto__":1}') as object, {})).toThrow('`__proto__`');
});

test.each([
  [numberFrom(1, 'MiB'), 'a number of MiB from 1', [1, 1.5, Infinity], [0, '1', Number.NaN]],
  [countFrom(2), 'a whole number from 2, or Infinity', [2, Infinity], [1, 2.5, 2n]],
  [oneOf(['a', 1]), 'one of "a", 1', ['a', 1], ['b', '1']],
  [oneOf(['a'], TEXTS), 'one of "a", or an array of strings', ['a', ['b']], ['b', [1]]],
])('%#: a rule says what it wants, and accepts that', (rule, what, good, bad) => {
  expect(rule.what).toBe(what);
  for (const value of good) expect(rule.accepts(value)).toBe(true);
  for (const value of bad) expect(rule.accepts(value)).toBe(false);
});
