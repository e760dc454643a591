import { QmpClient, type QmpCommandError } from 'qmp-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { playTo, recordTalk, type Talk } from '../../test/support/cassettes.ts';
import type { JsonObject } from 'qmp-core/wire';
import { loadProfile } from '../version/load-profile.ts';
import { MockClock } from '../mock/mock-clock.ts';
import { CassetteDriftError } from './errors.ts';
import { parseCassette } from './format.ts';
import { CassettePlayer } from './player.ts';
import { CassetteRecorder } from './recorder.ts';
import { REDACTED } from './redact.ts';

const pauseAndGoOn: Talk = async (client) => {
  await client.execute('stop');
  await client.waitForEvent('STOP');
  await client.execute('query-status');
  await client.execute('cont');
  await client.waitForEvent('RESUME');
};

const HEAD = `{"cassette":1,"qemu":"10.0.13"}
{"QMP":{"version":{"qemu":{"major":10,"minor":0,"micro":13},"package":""},"capabilities":["oob"]}}
`;

/** The message of the error that a function throws. */
function complaint(action: () => void): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(CassetteDriftError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

test('the code that made a cassette can be played to, and nothing is left over', async () => {
  const cassette = await recordTalk(pauseAndGoOn);
  const { client, player } = await playTo(cassette);
  expect(client.greeting?.QMP.version.qemu).toEqual(loadProfile().version.qemu);
  await pauseAndGoOn(client, undefined as never);
  player.verify();
});

const make = (client: QmpClient, id: string): Promise<unknown> =>
  client.untyped.execute('object-add', { 'qom-type': 'iothread', id });

describe('drift of the code', () => {
  test.each<[name: string, talk: Talk, expected: string[]]>([
    [
      'a command that does not come any more',
      async (client) => {
        await client.execute('stop');
        await client.execute('query-status');
      },
      ['talk.jsonl:9 cont was recorded and does not come'],
    ],
    [
      'a command that was never recorded',
      async (client) => {
        await client.execute('stop');
        await client.untyped.execute('query-statuss').catch(() => {});
        await client.execute('query-status');
        await client.execute('cont');
      },
      [
        'query-statuss was never recorded in talk.jsonl',
        'next is query-status at talk.jsonl:7',
        'nearest: talk.jsonl:7 query-status',
      ],
    ],
    [
      'a command that comes once more',
      async (client) => {
        await client.execute('stop');
        await client.execute('stop').catch(() => {});
        await client.execute('query-status');
        await client.execute('cont');
      },
      ['stop was recorded once only, at talk.jsonl:4, and comes once more'],
    ],
    [
      'commands in another order',
      async (client) => {
        await client.execute('query-status').catch(() => {});
        await client.execute('stop');
        await client.execute('cont');
      },
      ['query-status comes too early: it is recorded at talk.jsonl:7, and stop at talk.jsonl:4 has not come'],
    ],
  ])('%s', async (_, talk, expected) => {
    const { client, player } = await playTo(await recordTalk(pauseAndGoOn));
    await talk(client, undefined as never);
    const text = complaint(() => player.verify());
    for (const part of expected) expect(text).toContain(part);
    // One cause, one complaint.
    expect(text.match(/✗/g)).toHaveLength(1);
  });

  test('other arguments: the client and the verification are told which', async () => {
    const { client, player } = await playTo(await recordTalk((c) => make(c, 'a')));
    await expect(make(client, 'b')).rejects.toMatchObject({
      class: 'GenericError',
      desc: expect.stringMatching(
        /^Replay: object-add \{"qom-type":"iothread","id":"b"\} was recorded with other arguments at talk\.jsonl:4: id: recorded "a", now "b"\. To accept that, record it again: qmp-mock record /,
      ),
    } satisfies Partial<QmpCommandError>);
    expect(complaint(() => player.verify())).toContain('talk.jsonl:4: id: recorded "a", now "b"');
  });

  test('a cassette that nobody listened to', async () => {
    const player = new CassettePlayer(await recordTalk((client) => client.execute('stop')));
    expect(complaint(() => player.verify())).toContain('talk.jsonl:4 stop was recorded and does not come');
  });
});

test('in any order each recorded command may come once', async () => {
  const cassette = await recordTalk(pauseAndGoOn);
  const { client, player } = await playTo(cassette, { order: 'any' });
  await client.execute('cont');
  await client.execute('query-status');
  await client.execute('stop');
  expect((await client.drainEvents()).map(({ event }) => event)).toEqual(['RESUME', 'STOP']);
  player.verify();
  await expect(client.execute('stop')).rejects.toThrow('recorded once only, at talk.jsonl:4');
});

test('events stand where they were recorded: before the reply, behind it, before the first command', async () => {
  const cassette = parseCassette(`${HEAD}{"event":"RTC_CHANGE","data":{"offset":1}}
{"execute":"a"}
{"event":"BEFORE"}
{"return":{}}
{"event":"BEHIND"}
{"execute":"b"}
{"return":[]}
`);
  const order: string[] = [];
  const player = new CassettePlayer(cassette);
  onTestFinished(() => player.close());
  const client = await QmpClient.over(player.connect(), {
    onMessage: (direction, message) => {
      if (direction === 'in') order.push(typeof message['event'] === 'string' ? message['event'] : 'reply');
    },
  });
  await client.untyped.execute('a');
  await client.waitForEvent('BEHIND' as never);
  await client.untyped.execute('b');
  expect(order.slice(1)).toEqual(['reply', 'RTC_CHANGE', 'BEFORE', 'reply', 'BEHIND', 'reply']);
});

test("negotiation, ids, and errors of the envelope are the monitor's own", async () => {
  const player = new CassettePlayer(parseCassette(`${HEAD}{"execute":"a"}\n{"return":1}\n`));
  onTestFinished(() => player.close());
  const client = await QmpClient.over(player.connect(), { negotiate: false });
  expect(await client.send({ execute: 'a' })).toMatchObject({ error: { class: 'CommandNotFound' } });
  expect(await client.send({ execute: 'qmp_capabilities' })).toEqual({ return: {} });
  expect(await client.send({ execute: true as never })).toMatchObject({
    error: { desc: "QMP input member 'execute' must be a string" },
  });
  expect(await client.send({ execute: 'a', id: { any: ['thing'] } })).toEqual({
    return: 1,
    id: { any: ['thing'] },
  });
  player.verify();
});

test('an out-of-band command overtakes, as it was recorded', async () => {
  const player = new CassettePlayer(
    parseCassette(`${HEAD}{"execute":"slow"}
{"exec-oob":"fast","id":1}
{"return":"fast","id":1}
{"event":"BETWEEN"}
{"return":"slow"}
`),
  );
  onTestFinished(() => player.close());
  const client = (await QmpClient.over(player.connect(), { oob: true })).untyped;
  const order: unknown[] = [];
  await Promise.all([
    client.execute('slow').then((value) => order.push(value)),
    client.execute('fast', undefined, { oob: true }).then((value) => order.push(value)),
  ]);
  expect(order).toEqual(['fast', 'slow']);
  player.verify();
});

test('what this run calls otherwise is found, and said back', async () => {
  const player = new CassettePlayer(
    parseCassette(`${HEAD}{"execute":"add","arguments":{"file":"\${tmp1}/a","password":"\${redacted}"}}
{"error":{"class":"GenericError","desc":"Could not open '\${tmp1}/a'"}}
{"execute":"nodes"}
{"return":[{"node-name":"\${block1}","port":"\${int:port1}","text":"$\${not}"}]}
{"execute":"use","arguments":{"node":"\${block1}"}}
{"return":{}}
`),
  );
  onTestFinished(() => player.close());
  const client = (await QmpClient.over(player.connect())).untyped;
  await expect(client.execute('add', { file: '/tmp/run-7/a', password: 'x' })).rejects.toThrow(
    "Could not open '/tmp/run-7/a'",
  );
  const [node] = (await client.execute('nodes')) as [Record<string, unknown>];
  expect(node).toEqual({ 'node-name': '#block1001', port: expect.any(Number), text: '${not}' });
  await client.execute('use', { node: node['node-name'] });
  player.verify();
});

test('any secret is accepted in the place of another, and no message tells one', async () => {
  const talk = (secret: string): [string, Record<string, unknown>][] => [
    ['object-add', { 'qom-type': 'secret', id: 's', data: secret }],
    ['set_password', { protocol: 'vnc', password: secret }],
    ['human-monitor-command', { 'command-line': `set_password spice ${secret} keep` }],
    ['blockdev-add', { driver: 'https', url: `https://me:${secret}@host/disk`, cookie: `a=${secret}` }],
    ['qom-get', { path: '/objects/s', property: 'data' }],
    ['change-vnc-password', { password: secret }],
    ['qom-get', { path: '/objects/s', property: 'data' }],
  ];
  const recorder = new CassetteRecorder();
  for (const [execute, args] of talk('hunter2')) {
    recorder.record('out', { execute, arguments: args as JsonObject });
    recorder.record('in', { return: execute === 'qom-get' ? 'hunter2' : {} });
  }
  const player = new CassettePlayer(parseCassette(recorder.text()));
  onTestFinished(() => player.close());
  const client = (await QmpClient.over(player.connect())).untyped;
  const replies: unknown[] = [];
  for (const [name, args] of talk('other-secret')) replies.push(await client.execute(name, args));
  expect(replies.at(-1)).toBe(REDACTED);
  player.verify();

  await expect(client.execute('set_password', { protocol: 'vnc', password: 'third-secret' })).rejects.toThrow(
    REDACTED,
  );
  expect(complaint(() => player.verify())).not.toContain('third');
});

test('at recorded pace times pass on the clock, and the next command does not overtake', async () => {
  const clock = new MockClock();
  const player = new CassettePlayer(
    parseCassette(`${HEAD}{"execute":"a"}
{"after":50,"return":{}}
{"after":100,"event":"ONE"}
{"after":100,"event":"TWO"}
{"execute":"b"}
{"return":{}}
`),
    { pace: 'recorded', clock },
  );
  onTestFinished(() => player.close());
  const client = (await QmpClient.over(player.connect())).untyped;
  const reply = client.execute('a');
  await expect.poll(() => clock.nextIn).toBe(50);
  clock.advance(50);
  await reply;
  await expect.poll(() => clock.nextIn).toBe(100);
  clock.advance(100);
  await client.waitForEvent('ONE');
  expect(await client.drainEvents()).toHaveLength(1);
  await client.execute('b');
  expect(await client.drainEvents()).toMatchObject([{ event: 'TWO' }]);
  player.verify();
});

test('the end comes as it was recorded, and further clients are the next conversations', async () => {
  const greeting = HEAD.split('\n')[1]!;
  const player = new CassettePlayer(
    parseCassette(`${HEAD}{"execute":"a"}\n{"return":{}}\n{"end":"client"}\n${greeting}
{"execute":"quit"}
{"event":"SHUTDOWN","data":{"guest":false,"reason":"host-qmp-quit"}}
{"return":{}}
{"end":"monitor"}
`),
  );
  onTestFinished(() => player.close());
  const address = await player.listen();
  const first = (await QmpClient.connect(address)).untyped;
  await first.execute('a');
  await first.close();
  const second = await QmpClient.connect(address);
  await second.execute('quit');
  await second.closed;
  expect(await second.drainEvents()).toMatchObject([{ event: 'SHUTDOWN' }]);
  await player.finished;
  player.verify();
  const third = await QmpClient.connect(address);
  await expect(third.execute('stop')).rejects.toThrow('fewer connections were recorded');
  await third.close();
});
