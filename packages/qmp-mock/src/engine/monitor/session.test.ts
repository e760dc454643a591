import { QmpCommandError } from 'qmp-core';
import { describe, expect, test, vi } from 'vitest';
import { MockClock } from '../../mock/mock-clock.ts';
import { loadProfile } from '../../version/load-profile.ts';
import { NO_REPLY, type CommandCall, type CommandHost } from './command-host.ts';
import { EventHub } from './event-hub.ts';
import type { OutgoingMessage } from './messages.ts';
import { MonitorSession } from './session.ts';
import type { IncomingItem, MonitorSessionOptions } from './session-options.ts';
import { NEWEST, VERSIONS } from '../../../test/support/versions.ts';

/** A promise that is settled from outside. */
interface Deferred {
  promise: Promise<unknown>;
  resolve: (value?: unknown) => void;
  reject: (error: unknown) => void;
}

function deferred(): Deferred {
  const made = {} as Deferred;
  made.promise = new Promise((resolve, reject) => {
    made.resolve = resolve;
    made.reject = reject;
  });
  return made;
}

/** A host whose commands named `slow…` end when the test says so; `oob…` may run out of band. */
class TestHost implements CommandHost {
  readonly calls: CommandCall[] = [];
  readonly slow = new Map<string, Deferred>();

  find(name: string): { allowOob: boolean } | undefined {
    return name.startsWith('no') ? undefined : { allowOob: name.startsWith('oob') };
  }

  check(): undefined {}

  run(call: CommandCall): unknown {
    this.calls.push(call);
    if (!call.name.includes('slow')) return { ran: call.name };
    const made = deferred();
    this.slow.set(call.name, made);
    return made.promise;
  }
}

interface Peer {
  host: TestHost;
  session: MonitorSession;
  /** Lines that came since the last call. */
  lines: () => string[];
  /** Sends requests by name; `oob:` in front sends one by `exec-oob`. The names are the ids too. */
  ask: (...names: string[]) => void;
  pauses: boolean[];
  closed: () => number;
}

const profile = loadProfile(
  VERSIONS.findLast((version) => loadProfile(version).rules.jsonParser === 'batch') ?? NEWEST,
);

function peer(options: Partial<MonitorSessionOptions> = {}, { negotiate = true, oob = false } = {}): Peer {
  const host = new TestHost();
  let output = '';
  let closed = 0;
  const pauses: boolean[] = [];
  const session = new MonitorSession({
    profile,
    host,
    output: (data) => {
      output += String(data);
    },
    onPause: (paused) => pauses.push(paused),
    close: () => {
      closed++;
    },
    ...options,
  });
  const send = (request: object): void => session.receive(Buffer.from(JSON.stringify(request)));
  session.open();
  if (negotiate) send({ execute: 'qmp_capabilities', arguments: { enable: oob ? ['oob'] : [] } });
  output = '';
  return {
    host,
    session,
    pauses,
    closed: () => closed,
    lines() {
      const lines = output.split('\r\n');
      output = '';
      expect(lines.pop()).toBe('');
      return lines;
    },
    ask(...names) {
      for (const name of names) {
        const [, out, command] = /^(oob:)?(.*)$/.exec(name)!;
        send({ [out === undefined ? 'execute' : 'exec-oob']: command, id: command });
      }
    },
  };
}

const ran = (name: string): string => `{"return": {"ran": "${name}"}, "id": "${name}"}`;
const gave = (name: string): string => `{"return": {}, "id": "${name}"}`;
/** Lets promises that are settled run on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('greeting and negotiation', () => {
  test.each([
    [true, '["oob"]'],
    [false, '[]'],
  ])('oobOffered %s', (oobOffered, capabilities) => {
    let greeting = '';
    new MonitorSession({
      profile,
      host: new TestHost(),
      oobOffered,
      output: (data) => (greeting += String(data)),
    }).open();
    const { qemu, package: packageName } = profile.version;
    expect(greeting).toBe(
      `{"QMP": {"version": {"qemu": {"micro": ${qemu.micro}, "minor": ${qemu.minor}, "major": ${qemu.major}}, ` +
        `"package": ${JSON.stringify(packageName)}}, "capabilities": ${capabilities}}}\r\n`,
    );
  });

  test('a capability that is known but not offered', () => {
    const { session, lines } = peer({ oobOffered: false }, { negotiate: false });
    session.receive(Buffer.from('{"execute": "qmp_capabilities", "arguments": {"enable": ["oob", "oob"]}}'));
    expect(lines()).toEqual(['{"error": {"class": "GenericError", "desc": "Capability oob not available"}}']);
    expect(session.negotiated).toBe(false);
  });

  test('a refusal of the host comes first', () => {
    const host = Object.assign(new TestHost(), { check: () => 'no such luck' });
    const { session, lines } = peer({ host }, { negotiate: false });
    session.receive(Buffer.from('{"execute": "qmp_capabilities"}'));
    expect(lines()).toEqual(['{"error": {"class": "GenericError", "desc": "no such luck"}}']);
  });
});

describe('order of refusals', () => {
  test.each([
    [
      'a policy, before the question of oob',
      'CommandNotFound',
      '{"error": {"class": "CommandNotFound", "desc": "forbidden"}}',
    ],
    [
      'preconfig, after it',
      'GenericError',
      '{"error": {"class": "GenericError", "desc": "The command plain does not support OOB"}}',
    ],
  ])('%s', (_, errorClass, line) => {
    const host = Object.assign(new TestHost(), { forbid: () => ({ class: errorClass, desc: 'forbidden' }) });
    const { session, lines } = peer({ host }, { oob: true });
    session.receive(Buffer.from('{"exec-oob": "plain"}'));
    expect(lines()).toEqual([line]);
  });
});

describe('without out-of-band execution', () => {
  test('what is answered at once is answered in the same tick, in order', () => {
    const { ask, lines, pauses } = peer();
    ask('a', 'none', 'b');
    expect(lines()).toEqual([
      ran('a'),
      '{"id": "none", "error": {"class": "CommandNotFound", "desc": "The command none has not been found"}}',
      ran('b'),
    ]);
    expect(pauses).toEqual([]);
  });

  test('nothing is read while a command runs', async () => {
    const { host, session, ask, lines, pauses } = peer();
    ask('slow', 'a');
    session.receive(Buffer.from('{"b": x} '));
    expect(lines()).toEqual([]);
    expect(session.paused).toBe(true);
    expect(host.calls.map(({ name }) => name)).toEqual(['slow']);
    host.slow.get('slow')!.resolve();
    await settled();
    expect(lines()).toEqual([
      gave('slow'),
      ran('a'),
      `{"error": {"class": "GenericError", "desc": "JSON parse error, invalid keyword 'x'"}}`,
    ]);
    expect(session.paused).toBe(false);
    expect(pauses).toEqual([true, false]);
  });

  test('one slow command behind another: paused all the while', async () => {
    const { host, ask, lines, pauses } = peer();
    ask('slow1', 'slow2');
    host.slow.get('slow1')!.resolve();
    await settled();
    expect(lines()).toEqual([gave('slow1')]);
    expect(pauses).toEqual([true]);
    host.slow.get('slow2')!.resolve();
    await settled();
    expect(lines()).toEqual([gave('slow2')]);
    expect(pauses).toEqual([true, false]);
  });
});

describe('with out-of-band execution', () => {
  test('exec-oob overtakes a command that runs and up to 7 behind it', async () => {
    const { host, session, ask, lines, pauses } = peer({}, { oob: true });
    const queued = Array.from({ length: 7 }, (_, i) => `q${i}`);
    ask('slow', ...queued, 'oob:oob', 'oob:plain', 'oob:none');
    expect(lines()).toEqual([
      ran('oob'),
      '{"id": "plain", "error": {"class": "GenericError", "desc": "The command plain does not support OOB"}}',
      '{"id": "none", "error": {"class": "CommandNotFound", "desc": "The command none has not been found"}}',
    ]);
    expect(session.paused).toBe(false);
    host.slow.get('slow')!.resolve();
    await settled();
    expect(lines()).toEqual([gave('slow'), ...queued.map(ran)]);
    expect(pauses).toEqual([]);
  });

  test('behind 8 it waits until the command that runs is done', async () => {
    const { host, session, ask, lines, pauses } = peer({}, { oob: true });
    const queued = Array.from({ length: 8 }, (_, i) => `q${i}`);
    ask('slow', ...queued, 'oob:oob', 'last');
    expect(session.paused).toBe(true);
    expect(lines()).toEqual([]);
    host.slow.get('slow')!.resolve();
    await settled();
    expect(lines().toSorted()).toEqual(
      [gave('slow'), ...queued.map(ran), ran('oob'), ran('last')].toSorted(),
    );
    expect(pauses).toEqual([true, false]);
  });

  test('what is wrong keeps its place among the in-band commands', async () => {
    const { host, session, ask, lines } = peer({}, { oob: true });
    ask('slow', 'none');
    session.receive(Buffer.from('[1] x '));
    ask('a', 'oob:oob');
    expect(lines()).toEqual([ran('oob')]);
    host.slow.get('slow')!.resolve();
    await settled();
    expect(lines()).toEqual([
      gave('slow'),
      '{"id": "none", "error": {"class": "CommandNotFound", "desc": "The command none has not been found"}}',
      '{"error": {"class": "GenericError", "desc": "QMP input must be a JSON object"}}',
      `{"error": {"class": "GenericError", "desc": "JSON parse error, invalid keyword 'x'"}}`,
      ran('a'),
    ]);
  });

  test('an out-of-band command that takes its time holds nothing up', async () => {
    const { host, ask, lines } = peer({}, { oob: true });
    ask('oob:oob-slow', 'a');
    expect(lines()).toEqual([ran('a')]);
    host.slow.get('oob-slow')!.resolve();
    await settled();
    expect(lines()).toEqual([gave('oob-slow')]);
  });
});

describe('what a command gives', () => {
  const results: [string, () => unknown, string][] = [
    ['undefined', () => undefined, '{"return": {}}'],
    ['null', () => null, '{"return": null}'],
    ['a list', () => [1, { b: 1n }], '{"return": [1, {"b": 1}]}'],
    ['a promise', () => Promise.resolve('text'), '{"return": "text"}'],
    [
      'a thrown QmpCommandError',
      () => {
        throw new QmpCommandError('DeviceNotFound', "Device 'x' not found");
      },
      `{"error": {"class": "DeviceNotFound", "desc": "Device 'x' not found"}}`,
    ],
    [
      'a rejection',
      () => Promise.reject(new QmpCommandError('GenericError', 'no')),
      '{"error": {"class": "GenericError", "desc": "no"}}',
    ],
    [
      'a bug',
      () => {
        throw new TypeError('x is not a function');
      },
      '{"error": {"class": "GenericError", "desc": "c failed in the mock: x is not a function"}}',
    ],
    [
      'a rejection with anything',
      () => Promise.reject(new Error('oh')),
      '{"error": {"class": "GenericError", "desc": "c failed in the mock: oh"}}',
    ],
  ];
  test.each(results)('%s', async (_, run, line) => {
    const onHostError = vi.fn();
    const host = Object.assign(new TestHost(), { run });
    const { session, lines } = peer({ host, onHostError });
    session.receive(Buffer.from('{"execute": "c"}'));
    await settled();
    expect(lines()).toEqual([line]);
    expect(onHostError).toHaveBeenCalledTimes(line.includes('in the mock') ? 1 : 0);
  });

  test('data that contains itself', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    const onHostError = vi.fn();
    const { ask, lines } = peer({ host: Object.assign(new TestHost(), { run: () => circle }), onHostError });
    ask('c');
    expect(lines()).toEqual([expect.stringMatching(/^\{"id": "c", "error": .*c failed in the mock/)]);
    expect(onHostError).toHaveBeenCalledOnce();
  });

  test('nothing, ever: the next command runs', () => {
    const host = Object.assign(new TestHost(), {
      run: ({ name }: CommandCall) => (name === 'lost' ? NO_REPLY : {}),
    });
    const { ask, lines, session } = peer({ host });
    ask('lost', 'a');
    expect(lines()).toEqual([gave('a')]);
    expect(session.idle).toBe(true);
  });

  test('afterReply runs when the reply is out, and before the next command', () => {
    const order: string[] = [];
    const host = Object.assign(new TestHost(), {
      run(call: CommandCall) {
        order.push(`run ${call.name}`);
        call.afterReply(() => order.push(`after ${call.name}`));
        return {};
      },
    });
    const { session } = peer({ host, output: (data) => order.push(String(data).trim()) });
    order.length = 0;
    session.receive(Buffer.from('{"execute": "a", "id": "a"}{"execute": "b", "id": "b"}'));
    expect(order).toEqual(['run a', gave('a'), 'after a', 'run b', gave('b'), 'after b']);
  });
});

describe('the end', () => {
  test('with out-of-band execution it is found while a command runs, whose reply is lost', async () => {
    const { session, host, ask, lines, closed } = peer({}, { oob: true });
    ask('slow', 'next', 'oob:oob');
    expect(lines()).toEqual(['{"return": {"ran": "oob"}, "id": "oob"}']);
    session.end();
    expect(closed()).toBe(1);
    host.slow.get('slow')?.resolve();
    await host.slow.get('slow')?.promise;
    expect(lines()).toEqual([]);
    expect(host.calls.map(({ name }) => name)).toEqual(['slow', 'oob']);
    expect(closed()).toBe(1);
  });

  test('the client ends its half: what is complete is answered, then close is called, once', async () => {
    const { host, session, ask, lines, closed } = peer();
    ask('slow', 'a');
    session.receive(Buffer.from('{"execute": "unfinished"'));
    session.end();
    expect(closed()).toBe(0);
    host.slow.get('slow')!.resolve();
    await settled();
    expect(lines()).toEqual([gave('slow'), ran('a')]);
    session.end();
    expect(closed()).toBe(1);
  });

  test('the client is gone: running commands are told, nothing is said or run any more', async () => {
    const { host, session, ask, lines, closed } = peer({}, { oob: true });
    ask('slow', 'queued', 'oob:oob-slow');
    const signals = host.calls.map(({ signal }) => signal);
    session.destroy();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(signals[0]!.reason).toMatchObject({ code: 'QMP_DISCONNECTED' });
    host.slow.get('slow')!.resolve();
    host.slow.get('oob-slow')!.reject(new Error('late'));
    session.receive(Buffer.from('{"execute": "a"}'));
    session.sendEvent({ event: 'STOP', timestamp: { seconds: 0, microseconds: 0 } });
    session.end();
    await settled();
    expect(lines()).toEqual([]);
    expect(closed()).toBe(0);
    expect(host.calls.map(({ name }) => name)).toEqual(['slow', 'oob-slow']);
  });

  test('a signal that is asked for late is aborted already', () => {
    const { host, session, ask } = peer();
    ask('slow');
    session.destroy();
    expect(host.calls[0]!.signal.aborted).toBe(true);
  });

  test('destroyed by the command itself: its reply is lost, and so is the rest', () => {
    const host = Object.assign(new TestHost(), {
      run(call: CommandCall) {
        (call.session as MonitorSession).destroy();
        return {};
      },
    });
    const { ask, lines } = peer({ host });
    ask('a', 'b');
    expect(lines()).toEqual([]);
  });
});

describe('events', () => {
  test('go to negotiated clients only, each in its form', () => {
    const clock = new MockClock({ time: 1500 });
    const hub = new EventHub({ clock });
    const peers = [peer({}, { negotiate: false }), peer(), peer({ pretty: true })];
    for (const { session } of peers) hub.add(session);
    for (const { lines } of peers) lines();
    hub.emit('RESET', { guest: false, reason: 'host-qmp-system-reset' });
    expect(peers.map(({ lines }) => lines())).toEqual([
      [],
      [
        '{"timestamp": {"seconds": 1, "microseconds": 500000}, "event": "RESET", "data": {"guest": false, "reason": "host-qmp-system-reset"}}',
      ],
      [
        '{',
        '    "timestamp": {',
        '        "seconds": 1,',
        '        "microseconds": 500000',
        '    },',
        '    "event": "RESET",',
        '    "data": {',
        '        "guest": false,',
        '        "reason": "host-qmp-system-reset"',
        '    }',
        '}',
      ],
    ]);
    hub.delete(peers[1]!.session);
    hub.emit('STOP');
    expect(peers[1]!.lines()).toEqual([]);
  });

  test('one that a command emits comes before its reply', () => {
    const host = Object.assign(new TestHost(), {
      run({ session }: CommandCall) {
        (session as MonitorSession).sendEvent({ event: 'STOP', timestamp: { seconds: 0, microseconds: 0 } });
        return {};
      },
    });
    const { ask, lines } = peer({ host });
    ask('stop');
    expect(lines()).toEqual([
      '{"timestamp": {"seconds": 0, "microseconds": 0}, "event": "STOP"}',
      gave('stop'),
    ]);
  });
});

describe('who looks on', () => {
  test('an observer is told what passes', () => {
    const received: IncomingItem[] = [];
    const sent: OutgoingMessage[] = [];
    const observer = {
      onReceive: (item: IncomingItem) => received.push(item),
      onSend: (message: OutgoingMessage) => sent.push(message),
    };
    const { ask, session } = peer({ observer });
    ask('a');
    session.receive(Buffer.from('{] '));
    expect(received.map(({ error }) => error)).toEqual([
      undefined,
      undefined,
      'JSON parse error, expecting value',
    ]);
    expect(sent).toMatchObject([
      { kind: 'greeting' },
      { kind: 'reply', command: 'qmp_capabilities', id: undefined, oob: false },
      { kind: 'reply', command: 'a', id: 'a', result: { ran: 'a' }, text: ran('a') },
      {
        kind: 'reply',
        command: undefined,
        error: { class: 'GenericError', desc: 'JSON parse error, expecting value' },
      },
    ]);
  });

  test('transmit can change, split, drop and delay what goes out', async () => {
    const gate = deferred();
    const seen: string[] = [];
    const { ask, session, lines } = peer({
      async transmit(message, write) {
        seen.push(message.kind);
        if (message.kind !== 'reply') return write();
        if (message.id === 'drop') return undefined;
        if (message.id === 'change') return write('changed\r\n');
        if (message.id === 'split') {
          write(message.text.slice(0, 5));
          return write(Buffer.from(`${message.text.slice(5)}\r\n`));
        }
        if (message.id === 'delay') await gate.promise;
        return write();
      },
    });
    ask('drop', 'change', 'split', 'delay', 'a');
    session.sendEvent({ event: 'STOP', timestamp: { seconds: 0, microseconds: 0 } });
    expect(lines()).toEqual(['changed', ran('split'), ran('a'), expect.stringContaining('STOP')]);
    gate.resolve();
    await settled();
    expect(lines()).toEqual([ran('delay')]);
    expect(seen).toEqual(['greeting', 'reply', 'reply', 'reply', 'reply', 'reply', 'reply', 'event']);
  });

  test('what is to happen after a delayed reply waits for it', async () => {
    const gate = deferred();
    const after = vi.fn();
    const host = Object.assign(new TestHost(), {
      run(call: CommandCall) {
        call.afterReply(after);
        return {};
      },
    });
    const { ask, lines } = peer({
      host,
      async transmit(_, write) {
        await gate.promise;
        write();
      },
    });
    ask('quit');
    await settled();
    expect(after).not.toHaveBeenCalled();
    gate.resolve();
    await settled();
    expect(after).toHaveBeenCalledOnce();
    expect(lines().at(-1)).toBe(gave('quit'));
  });
});

test('a client that answers from within output is served in order', () => {
  const seen: string[] = [];
  const host = new TestHost();
  const session: MonitorSession = new MonitorSession({
    profile,
    host,
    output(data) {
      for (const line of String(data).split('\r\n').filter(Boolean)) {
        seen.push(line);
        const next = seen.length;
        if (next === 1) session.receive(Buffer.from('{"execute": "qmp_capabilities"}'));
        else if (next < 5) session.receive(Buffer.from(`{"execute": "c${next}", "id": "c${next}"}`));
      }
    },
  });
  session.open();
  expect(seen.slice(1)).toEqual(['{"return": {}}', ran('c2'), ran('c3'), ran('c4')]);
});

test('replies of one burst are handed over together, in pieces that stay small', () => {
  const pieces: number[] = [];
  const { session } = peer({ output: (data) => pieces.push(data.length) });
  pieces.length = 0;
  const request = '{"execute": "a", "id": "a"}\n';
  session.receive(Buffer.from(request.repeat(5000)));
  expect(pieces.reduce((sum, size) => sum + size)).toBe(5000 * `${ran('a')}\r\n`.length);
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.length).toBeLessThan(10);
});
