import { expect, test } from 'vitest';
import { recordTalk } from '../../test/support/cassettes.ts';
import { CassetteFormatError } from './errors.ts';
import { parseCassette, printCassette } from './format.ts';

const GREETING =
  '{"QMP":{"version":{"qemu":{"major":10,"minor":0,"micro":13},"package":""},"capabilities":["oob"]}}';
const HEAD = `{"cassette":1}\n${GREETING}\n`;

test('what is written can be read, and is written the same again', async () => {
  const cassette = await recordTalk(async (client) => {
    await client.execute('stop');
    await client.execute('query-status');
    await client.untyped.execute('nope').catch(() => {});
    await client.execute('quit');
  });
  const text = printCassette(cassette);
  expect(printCassette(parseCassette(text))).toBe(text);
});

test('integers of 64 bits and members with odd names survive', () => {
  const text = `${HEAD}{"execute":"a","arguments":{"__proto__":18446744073709551615,"constructor":-9223372036854775808}}\n`;
  expect(printCassette(parseCassette(text))).toBe(text);
});

test('remarks, empty lines and line ends of other systems are passed over, and count', () => {
  const text = `# a remark\r\n\r\n${HEAD.replaceAll('\n', '\r\n')}\r\n# and\r\n{"execute":"stop"}\r\n`;
  expect(parseCassette(text).lines.at(-1)).toMatchObject({ kind: 'command', name: 'stop', line: 7 });
});

test.each<[name: string, text: string, line: number, message: string]>([
  ['nothing', '', 1, 'is empty'],
  ['no JSON', `${HEAD}{"execute":`, 3, 'is not JSON'],
  ['no object', `${HEAD}[]`, 3, 'is not a JSON object'],
  ['something else', '{"a":1}', 1, 'does not begin a cassette'],
  ['a newer format', '{"cassette":2}', 1, 'is of format 2; this version of qmp-mock reads formats up to 1'],
  ['a command line that is a text', '{"cassette":1,"commandLine":"qemu"}', 1, 'not an array of strings'],
  ['shapes that are none', '{"cassette":1}\n{"shapes":[]}', 2, 'not an object of strings'],
  ['a greeting without a version', '{"cassette":1}\n{"QMP":{}}', 2, 'without a version'],
  ['no kind of message', `${HEAD}{"id":1}`, 3, 'is not a message'],
  [
    'a member too many',
    `${HEAD}{"execute":"a","return":1}`,
    3,
    'has a member "return", which a command doesn\'t have',
  ],
  [
    'arguments that are not an object',
    `${HEAD}{"execute":"a","arguments":[]}`,
    3,
    'arguments that are not an object',
  ],
  ['a command without a name', `${HEAD}{"execute":1}`, 3, 'whose name is not a string'],
  ['an event without a name', `${HEAD}{"event":1}`, 3, 'whose name is not a string'],
  [
    'an error without words',
    `${HEAD}{"execute":"a"}\n{"error":{"class":"x"}}`,
    4,
    'without "class" and "desc"',
  ],
  ['a reply to nothing', `${HEAD}{"return":{}}`, 3, 'no command before it waits for one'],
  [
    'a reply too many',
    `${HEAD}{"execute":"a"}\n{"return":{}}\n{"return":{}}`,
    5,
    'no command before it waits',
  ],
  ['a reply to another', `${HEAD}{"execute":"a","id":1}\n{"return":{},"id":2}`, 4, 'is a reply with id 2'],
  ['a negative time', `${HEAD}{"event":"A","after":-1}`, 3, '"after" that is not a number from 0'],
  ['an end by nobody', `${HEAD}{"end":"x"}`, 3, 'neither "client" nor "monitor"'],
  ['more after the end', `${HEAD}{"end":"monitor"}\n{"event":"A"}`, 4, 'comes after the end'],
])('refuses %s and names the line', (_, text, line, message) => {
  const error = (() => {
    try {
      parseCassette(text, 'x.jsonl');
    } catch (thrown) {
      return thrown;
    }
    return undefined;
  })();
  expect(error).toBeInstanceOf(CassetteFormatError);
  expect(error).toMatchObject({ code: 'QMP_CASSETTE_FORMAT', line });
  expect((error as Error).message).toContain(`x.jsonl:${line} `);
  expect((error as Error).message).toContain(message);
});

test('a conversation whose beginning was not seen has no greeting', () => {
  expect(parseCassette('{"cassette":1}\n{"execute":"a"}\n').lines).toHaveLength(1);
});
