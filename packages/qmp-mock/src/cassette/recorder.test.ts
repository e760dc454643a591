import { homedir, tmpdir } from 'node:os';
import type { JsonObject } from 'qmp-core/wire';
import { describe, expect, test } from 'vitest';
import { recordTalk } from '../../test/support/cassettes.ts';
import { printCassette, printLine } from './format.ts';
import { CassetteRecorder, type CassetteRecorderOptions } from './recorder.ts';

type Message = [direction: 'out' | 'in', message: JsonObject, at?: number];

/** The lines behind the greeting of what was said. */
function linesOf(messages: readonly Message[], options: CassetteRecorderOptions = {}): string[] {
  let now = 0;
  const recorder = new CassetteRecorder({ ...options, now: () => now });
  for (const [direction, message, at] of messages) {
    now = at ?? now;
    recorder.record(direction, message);
  }
  return recorder.cassette().lines.map(printLine);
}

test('twice the same conversation is twice the same text', async () => {
  const texts = await Promise.all(
    [1, 2].map(async (run) =>
      printCassette(
        await recordTalk(async (client, mock) => {
          await client.execute('stop', undefined, { id: `client ${run}` });
          mock.handle('blockdev-create', {});
          await client.execute('blockdev-create', {
            'job-id': 'make',
            options: { driver: 'file', filename: `${tmpdir()}/run-${Math.random()}/disk`, size: 512 },
          });
          mock.emit('RTC_CHANGE', { offset: 3, 'qom-path': '/machine/rtc' });
          await client.waitForEvent('RTC_CHANGE');
          await client.execute('quit');
        }),
      ),
    ),
  );
  expect(texts[0]).toBe(texts[1]);
  // Hashes of the schema, and the version, depend on which QEMU is the newest that we have.
  const told = texts[0]
    ?.replaceAll(/"(sha256:)?[\da-f]{12,}"/g, '"$1HASH"')
    .replace(/"qemu":"[\d.]+"|(?<=\{"version":)\{.*\}(?=,"cap)/g, 'QEMU');
  expect(told).toMatchInlineSnapshot(`
    "{"cassette":1,QEMU,"schema":"sha256:HASH"}
    {"shapes":{"blockdev-create":"HASH","quit":"HASH","stop":"HASH","RTC_CHANGE":"HASH","SHUTDOWN":"HASH","STOP":"HASH"}}
    {"QMP":{"version":QEMU,"capabilities":["oob"]}}
    {"execute":"stop"}
    {"event":"STOP"}
    {"return":{}}
    {"execute":"blockdev-create","arguments":{"job-id":"make","options":{"driver":"file","filename":"\${tmp1}/disk","size":512}}}
    {"return":{}}
    {"event":"RTC_CHANGE","data":{"offset":3,"qom-path":"/machine/rtc"}}
    {"execute":"quit"}
    {"event":"SHUTDOWN","data":{"guest":false,"reason":"host-qmp-quit"}}
    {"return":{}}
    {"end":"monitor"}
    "
  `);
});

test('what a caller does to a message afterwards does not show', () => {
  const recorder = new CassetteRecorder();
  const message = { execute: 'a', arguments: { list: [1] } };
  recorder.record('out', message);
  message.arguments.list.push(2);
  expect(recorder.text()).toContain('{"list":[1]}');
});

describe('order', () => {
  test('pipelined commands stand where QEMU takes them up, whenever they were sent', () => {
    const one: Message = ['out', { execute: 'one', id: 1 }];
    const two: Message = ['out', { execute: 'two', id: 2 }];
    const first: Message = ['in', { return: 1, id: 1 }];
    const second: Message = ['in', { return: 2, id: 2 }];
    const event: Message = ['in', { event: 'E', timestamp: { seconds: 1, microseconds: 2 } }];
    const expected = [
      '{"execute":"one"}',
      '{"return":1}',
      '{"execute":"two"}',
      '{"event":"E"}',
      '{"return":2}',
    ];
    expect(linesOf([one, two, first, event, second])).toEqual(expected);
    expect(linesOf([one, first, two, event, second])).toEqual(expected);
  });

  test('a reply that overtakes has an id, and so has its command', () => {
    expect(
      linesOf([
        ['out', { execute: 'slow', id: 'a' }],
        ['out', { 'exec-oob': 'fast', id: 'b' }],
        ['in', { return: 'fast', id: 'b' }],
        ['in', { return: 'slow', id: 'a' }],
      ]),
    ).toEqual([
      '{"execute":"slow"}',
      '{"exec-oob":"fast","id":1}',
      '{"return":"fast","id":1}',
      '{"return":"slow"}',
    ]);
  });

  test('replies without ids go to the oldest command; what answers no command is left out', () => {
    expect(
      linesOf([
        ['out', { execute: 'qmp_capabilities' }],
        ['in', { return: {} }],
        ['out', { execute: 'one' }],
        ['in', { return: 1 }],
        ['in', { error: { class: 'GenericError', desc: 'JSON parse error' } }],
      ]),
    ).toEqual(['{"execute":"one"}', '{"return":1}']);
  });
});

const say = (result: unknown): string =>
  linesOf([
    ['out', { execute: 'x' }],
    ['in', { return: result } as JsonObject],
  ])[1]!;

describe('volatile values', () => {
  test.each<[name: string, value: unknown, expected: unknown]>([
    [
      'temporary paths',
      [`${tmpdir()}/a1/x`, '/var/tmp/b2/x', `${tmpdir()}/a1/y`],
      ['${tmp1}/x', '${tmp2}/x', '${tmp1}/y'],
    ],
    ['paths inside of other texts', `json:{"filename":"${tmpdir()}/a1/x"}`, 'json:{"filename":"${tmp1}/x"}'],
    ['the home directory', `${homedir()}/disk`, '${home}/disk'],
    [
      'the working directory',
      [process.cwd(), `${process.cwd()}-2`],
      ['${cwd}', expect.not.stringContaining('${cwd}-2')],
    ],
    [
      'names that QEMU makes up',
      ['#block123', '#block97', '#block123'],
      ['${block1}', '${block2}', '${block1}'],
    ],
    ['ports of the system', { port: '45123', host: 'x' }, { port: '${port1}', host: 'x' }],
    ['such ports as numbers', { port: 45123 }, { port: '${int:port1}' }],
    ['such ports in texts', 'tcp:127.0.0.1:45123', 'tcp:127.0.0.1:${port1}'],
    [
      'ports that somebody chose stay',
      { port: '5900', a: 'localhost:4444' },
      { port: '5900', a: 'localhost:4444' },
    ],
    [
      'threads',
      [{ 'thread-id': 9 }, { 'thread-id': 7 }, { 'thread-id': 9 }],
      [{ 'thread-id': 1 }, { 'thread-id': 2 }, { 'thread-id': 1 }],
    ],
    ['timestamps', { at: { seconds: 5, microseconds: 6 } }, { at: { seconds: 0, microseconds: 0 } }],
    ['what looks like a placeholder', 'a${tmp1}', 'a$${tmp1}'],
  ])('%s', (_, value, expected) => {
    expect((JSON.parse(say(value)) as { return: unknown }).return).toEqual(expected);
  });

  test('paths and members of the user', () => {
    const [command, reply] = linesOf(
      [
        ['out', { execute: 'x', arguments: { file: '/srv/images/a' } }],
        ['in', { return: { 'total-time': 17 } }],
      ],
      { paths: { images: '/srv/images/' }, members: ['total-time'] },
    );
    expect(command).toBe('{"execute":"x","arguments":{"file":"${images}/a"}}');
    expect(reply).toBe('{"return":{"total-time":0}}');
  });
});

const redact = (message: JsonObject): JsonObject =>
  message['event'] === 'VNC_CONNECTED' ? { ...message, data: { client: 'somebody' } } : message;

describe('secrets', () => {
  test('passwords and secret objects are never written', () => {
    const [first, second] = linesOf([
      ['out', { execute: 'set_password', arguments: { protocol: 'vnc', password: 'hunter2' } }],
      ['out', { execute: 'object-add', arguments: { 'qom-type': 'secret', id: 's', data: 'hunter2' } }],
    ]);
    expect(first).toContain('"password":"${redacted}"');
    expect(second).toContain('"data":"${redacted}"');
  });

  test('nor are they in what is said back, in lines of the human monitor, or on the command line', () => {
    const recorder = new CassetteRecorder({
      commandLine: [
        '/bin/qemu',
        '-object',
        'secret,id=s,data=hunter2',
        '-drive',
        'file=https://me:hunter3@h/',
      ],
    });
    const talk: [direction: 'out' | 'in', message: JsonObject][] = [
      ['out', { execute: 'qom-get', arguments: { path: '/objects/s', property: 'data' }, id: 1 }],
      ['in', { return: 'hunter4', id: 1 }],
      [
        'out',
        { execute: 'human-monitor-command', arguments: { 'command-line': 'set_password vnc hunter5' } },
      ],
      ['in', { return: 'hunter5 is too short\r\n' }],
      ['out', { execute: 'query-block' }],
      [
        'in',
        { return: [{ inserted: { file: 'json:{"driver":"https","cookie":"hunter6"}', x: 'hunter2' } }] },
      ],
      ['in', { event: 'X', data: { url: 'https://me:hunter3@h/', y: ['hunter4'] } }],
    ];
    for (const [direction, message] of talk) recorder.record(direction, message);
    expect(recorder.text()).not.toMatch(/hunter\d/);
    expect(recorder.text().match(/\$\{redacted\}/g)).toHaveLength(9);
    expect(recorder.text()).toContain(
      '"secret,id=s,data=${redacted}","-drive","file=https://me:${redacted}@h/"',
    );
  });

  test('the hook sees whole messages, replies and events too', () => {
    const [event] = linesOf([['in', { event: 'VNC_CONNECTED', data: { client: 'Ada' } }]], { redact });
    expect(event).toBe('{"event":"VNC_CONNECTED","data":{"client":"somebody"}}');
  });
});

describe('times', () => {
  const talk: Message[] = [
    ['out', { execute: 'x' }, 1],
    ['in', { return: {} }, 13],
    ['in', { event: 'A' }, 4800],
  ];

  test.each<[times: CassetteRecorderOptions['times'], expected: string[]]>([
    ['none', ['{"return":{}}', '{"event":"A"}']],
    [undefined, ['{"return":{}}', '{"after":5000,"event":"A"}']],
    ['exact', ['{"after":12,"return":{}}', '{"after":4787,"event":"A"}']],
  ])('%s', (times, expected) => {
    expect(linesOf(talk, { times }).slice(1)).toEqual(expected);
  });
});
