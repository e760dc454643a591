import { expect, test } from 'vitest';
import { readTraceLog } from './trace-log.ts';

const greeting = 'monitor_qmp_respond mon 0xa resp: {"QMP": {"version": {}}}';

test.for([
  ['nothing', '', []],
  ['what was said before a greeting', 'monitor_qmp_respond mon 0xa resp: {"event": "RESUME"}\n', []],
  [
    'both directions',
    `${greeting}\nhandle_qmp_command mon 0xa req: {"execute": "stop", "id": "x\\ny"}\nmonitor_qmp_respond mon 0xa resp: {"return": {}}\n`,
    ['1 in {"QMP":{"version":{}}}', '1 out {"execute":"stop","id":"x\\ny"}', '1 in {"return":{}}'],
  ],
  [
    'messages over several lines',
    'monitor_qmp_respond mon 0xb resp: {\n    "QMP": {\n    }\n}\nmonitor_qmp_respond mon 0xb resp: {\n    "return": {\n    }\n}\n',
    ['1 in {"QMP":{}}', '1 in {"return":{}}'],
  ],
  [
    'a conversation of each greeting, also on one monitor',
    `${greeting}\n${greeting.replace('0xa', '0xb')}\nhandle_qmp_command mon 0xa req: {"execute": "cont"}\n${greeting}\nhandle_qmp_command mon 0xa req: {"execute": "stop"}\n`,
    [
      '1 in {"QMP":{"version":{}}}',
      '2 in {"QMP":{"version":{}}}',
      '1 out {"execute":"cont"}',
      '3 in {"QMP":{"version":{}}}',
      '3 out {"execute":"stop"}',
    ],
  ],
  ['lines with a time', `7@1700000000.000001:${greeting}\n`, ['1 in {"QMP":{"version":{}}}']],
  ['other lines between', `guest did something\n${greeting}\n`, ['1 in {"QMP":{"version":{}}}']],
  [
    'an entry that is not complete',
    `${greeting}\nhandle_qmp_command mon 0xa req: {"execute": "st`,
    ['1 in {"QMP":{"version":{}}}'],
  ],
] as const)('%s', ([, log, messages]) => {
  const shown = readTraceLog(log).map(
    ({ connection, direction, text }) => `${connection} ${direction} ${text}`,
  );
  expect(shown).toEqual(messages);
});
