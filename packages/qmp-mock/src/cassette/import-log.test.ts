import { expect, test } from 'vitest';
import { parseCassette, printCassette, printLine } from './format.ts';
import { importLog } from './import-log.ts';
import { printCassetteTranscript } from './transcript.ts';

const LOG = `disks.test.ts > boots > with a disk

== vm: QEMU 10.0.13, which dialled in
-- command line
/usr/bin/qemu-system-x86_64 -machine none -name 'my vm' -S
-- exit
code 0
-- QMP, as it was sent and received
      0.020 ms  ←  {"QMP":{"version":{"qemu":{"micro":13,"minor":0,"major":10},"package":""},"capabilities":["oob"]}}
      0.400 ms  →  {"execute":"qmp_capabilities","id":"a"}
      0.600 ms  ←  {"return":{},"id":"a"}
      1.250 ms  →  {"execute":"device_del","arguments":{"id":"nic0"},"id":"b"}
      1.500 ms  ←  {"error":{"class":"DeviceNotFound","desc":"Device 'nic0' not found"},"id":"b"}
      2.000 ms  →  {"execute":"quit","id":"c"}
      2.100 ms  ⚡  {"event":"SHUTDOWN","data":{"guest":false,"reason":"host-qmp-quit"},"timestamp":{"seconds":1,"microseconds":2}}
      2.200 ms  ←  {"return":{},"id":"c"}
-- stderr
 ←  {"event":"NOT_A_MESSAGE"}

== vm2: mock
-- QMP, as it was sent and received
#1 →  {"execute":"stop"}
#1 ←  {"return":{}}
`;

test('the log of a failed test becomes a cassette', () => {
  expect(printCassette(importLog(LOG))).toMatchInlineSnapshot(`
    "{"cassette":1,"qemu":"10.0.13","commandLine":["qemu-system-x86_64","-machine","none","-name","my vm","-S"]}
    {"QMP":{"version":{"qemu":{"major":10,"minor":0,"micro":13},"package":""},"capabilities":["oob"]}}
    {"execute":"device_del","arguments":{"id":"nic0"}}
    {"error":{"class":"DeviceNotFound","desc":"Device 'nic0' not found"}}
    {"execute":"quit"}
    {"event":"SHUTDOWN","data":{"guest":false,"reason":"host-qmp-quit"}}
    {"return":{}}
    {"end":"monitor"}
    "
  `);
});

test('of several machines one is chosen by name', () => {
  expect(importLog(LOG, { machine: 'vm2' }).lines.map(printLine)).toEqual([
    '{"execute":"stop"}',
    '{"return":{}}',
  ]);
  expect(() => importLog(LOG, { machine: 'vm3' })).toThrow('it has "vm", "vm2"');
});

test('so does what NODE_DEBUG=qmp prints', () => {
  const text = 'QMP 4711: >>> {"execute":"stop"}\nsomething else\nQMP 4711: <<< {"return":{}}\n';
  expect(importLog(text).lines.map(printLine)).toEqual(['{"execute":"stop"}', '{"return":{}}']);
  expect(() => importLog('nothing')).toThrow('has no QMP messages');
});

test('a cassette is printed as a chat, with the numbers of its lines', () => {
  expect(`\n${printCassetteTranscript(importLog(LOG))}\n`).toMatchInlineSnapshot(`
    "
    QEMU 10.0.13
      qemu-system-x86_64 -machine none -name my vm -S
      2  ←  greeting: QEMU 10.0.13, offers oob
      3  →  device_del {"id":"nic0"}
      4  ←  device_del: DeviceNotFound: Device 'nic0' not found
      5  →  quit
      6  ⚡  SHUTDOWN {"guest":false,"reason":"host-qmp-quit"}
      7  ←  quit: {}
      8  ·  the monitor ends the conversation
    "
  `);
});

test('the chat has no secrets, also those of a cassette that was written by hand, and no control characters', () => {
  const cassette = parseCassette(
    [
      '{"cassette":1,"qemu":"10.0.13","commandLine":["qemu-system-x86_64","-spice","password=hunter2"]}',
      '{"execute":"change-vnc-password","arguments":{"password":"hunter2"}}',
      '{"error":{"class":"GenericError","desc":"not \\u001b[31m hunter2"}}',
      '',
    ].join('\n'),
  );
  const printed = printCassetteTranscript(cassette);
  expect(printed).toContain('change-vnc-password {"password":"${redacted}"}');
  expect(printed).not.toContain('hunter2');
  expect(printed).not.toContain('\u001b');
});

test('a greeting that is none is refused by its line', () => {
  const log = LOG.replace('"qemu":{', '"qe{u":{');
  expect(() => importLog(log)).toThrow(/^Line 9 of the log is not a greeting of QEMU: /);
});

test('a number that no cassette can hold is refused by its line', () => {
  const log = LOG.replace('"id":"a"}', '"id":1e999}');
  expect(() => importLog(log)).toThrow(
    /^Line 10 of the log cannot be kept: Infinity cannot be written as JSON/,
  );
});
