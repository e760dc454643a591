import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext, Script } from 'node:vm';
import { inflateRawSync } from 'node:zlib';
import type { Inventory } from 'qmp-mock';
import { afterEach, describe, expect, test } from 'vitest';
import { forgetTest, tellObservers, wantsPassedTests, type ToldTest } from '../report/observers.ts';
import type { MachineStory } from '../report/story.ts';
import type { TranscriptEntry } from '../transcript/entry.ts';
import { traceOf, type TraceData } from './data.ts';
import { traceTests } from './index.ts';
import { SIGNATURE, tracePage } from './page.ts';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

afterEach(() => traceTests({ when: 'never' }));

const web: MachineStory = {
  name: 'web',
  what: 'mock',
  began: 1000,
  entries: [
    { at: 2, direction: 'out', text: '{"execute":"stop","id":1}' },
    { at: 3, direction: 'out', text: '{"execute":"query-block","id":2}' },
    { at: 4, direction: 'in', text: '{"event":"STOP","timestamp":{"seconds":1,"microseconds":2}}' },
    {
      at: 5,
      direction: 'in',
      text: '{"return":{"size":18446744073709551615,"none":[],"a":[1,"x, {"]},"id":1}',
    },
  ],
  commandLine: 'qemu-system-x86_64 -S',
  stderr: '',
};
const database: MachineStory = {
  name: 'database',
  what: 'mock',
  began: 1100,
  entries: [{ at: 0, direction: 'note', text: 'connection closed </script><b>\u2028' }],
  findings: '1 event waits',
};

const told = (more: Partial<ToldTest> = {}): ToldTest => ({
  file: 'test/pause.test.ts',
  names: ['a suite', 'a <test>'],
  id: '12_3',
  attempt: 0,
  state: 'failed',
  errors: ['expected \u001b[31mred'],
  duration: 12,
  machines: [web, database],
  ...more,
});

/** The data that a page has, as its script sees it. */
function dataIn(page: string): TraceData {
  const script = /<script>(const DATA = [^\n]*;)\n/.exec(page)?.[1] ?? '';
  return runInNewContext(`${script} DATA`) as TraceData;
}

const screen = { width: 720, height: 400, rgb: new Uint8Array(720 * 400 * 3).fill(7) };
const running: Inventory = { state: 'running', devices: [], drives: [], screen: undefined };
const paused: Inventory = {
  state: 'paused',
  devices: [{ name: 'nic0', type: 'e1000', bus: 'pci.0' }],
  drives: [
    { name: 'cd0', medium: undefined, format: undefined, size: undefined, trayOpen: true },
    { name: 'disk0', medium: '/a.qcow2', format: 'qcow2', size: 3 << 20, trayOpen: false },
  ],
  screen,
};

describe('the data of a trace', () => {
  test('tells once what the machine had, and has its pictures made smaller', () => {
    const [stop, query, event, reply] = web.entries as [TranscriptEntry, ...TranscriptEntry[]];
    const entries = [{ ...stop, machine: running }, query!, { ...event!, machine: paused }, reply!].map(
      (entry, index) => (index === 3 ? { ...entry, machine: structuredClone(running) } : entry),
    );
    const { machines } = traceOf(told({ machines: [{ ...web, entries }] }));
    expect(machines[0]?.messages.map(({ moment }) => moment)).toEqual([0, null, 1, 0]);
    expect(machines[0]?.moments).toEqual([
      { state: 'running', devices: [], drives: [], screen: null },
      {
        state: 'paused',
        devices: [['nic0', 'e1000 on pci.0']],
        drives: [
          ['cd0', 'empty, tray open'],
          ['disk0', '/a.qcow2, qcow2, 3 MiB'],
        ],
        screen: 0,
      },
    ]);
    const [picture] = machines[0]?.pictures ?? [];
    expect(picture).toMatchObject({ width: 360, height: 200 });
    const pixels = inflateRawSync(Buffer.from(picture?.data ?? '', 'base64'));
    expect(pixels.equals(Buffer.alloc(360 * 200 * 3, 7))).toBe(true);
  });

  test('has all machines on one time line, and commands with their replies', () => {
    const { machines } = traceOf(told());
    expect(
      machines.map(({ messages }) =>
        messages.map(({ at, kind, name, partner }) => [at, kind, name, partner]),
      ),
    ).toEqual([
      [
        [0, 'command', 'stop', 3],
        [1, 'command', 'query-block', null],
        [2, 'event', 'STOP', null],
        [3, 'reply', 'stop', 0],
      ],
      [[98, 'note', '', null]],
    ]);
    expect(machines.map(({ facts }) => facts.map(({ title }) => title))).toEqual([
      ['command line'],
      ['findings'],
    ]);
  });

  test('shows messages whole, indented, with their integers as they were sent', () => {
    expect(traceOf(told()).machines[0]?.messages[3]?.text).toBe(
      '{\n  "return": {\n    "size": 18446744073709551615,\n    "none": [],\n    "a": [\n      1,\n      "x, {"\n    ]\n  },\n  "id": 1\n}',
    );
  });

  test('keeps the times unknown of conversations without times', () => {
    const entries = web.entries.map((entry) => ({ ...entry, at: undefined }));
    const { machines } = traceOf(told({ machines: [{ ...web, entries }] }));
    expect(machines[0]?.messages.map(({ at }) => at)).toEqual([null, null, null, null]);
  });
});

describe('the page of a trace', () => {
  test('has the data, of which nothing becomes markup', () => {
    const page = tracePage(traceOf(told()));
    expect(page.startsWith(SIGNATURE)).toBe(true);
    expect(page.match(/<\/script>/g)).toHaveLength(1);
    expect(page).toContain('<title>a suite › a &lt;test></title>');
    for (const character of ['\u2028', '\u001b']) expect(page).not.toContain(character);
    expect(dataIn(page)).toEqual(JSON.parse(JSON.stringify(traceOf(told()))));
    expect(dataIn(page).errors).toEqual([String.raw`expected \u001b[31mred`]);
  });

  test('has a script that stands by itself', () => {
    const script = tracePage(traceOf(told())).split('<script>')[1]?.split('</script>')[0] ?? '';
    expect(() => new Script(script)).not.toThrow();
    expect(script).not.toMatch(/\b(?:import|require|__vi)/);
  });
});

describe('traceTests', () => {
  function folder(): string {
    const path = temporaryDirectory('qmp-trace-');
    return path;
  }

  test('writes a trace of a test that failed, for its user alone, and forgets it', () => {
    const directory = folder();
    traceTests({ directory });
    expect(wantsPassedTests()).toBe(false);
    const paths = tellObservers(told());
    expect(paths).toEqual([join(directory, 'pause-a-suite-a-test-12_3.html')]);
    expect(statSync(paths[0]!).mode & 0o777).toBe(0o600);
    expect(tellObservers(told())).toEqual(paths);
    expect(tellObservers(told({ state: 'passed' }))).toEqual([]);
    forgetTest(told());
    expect(readdirSync(directory)).toEqual([]);
  });

  test('writes one of a test that passed if all are wanted; the last call counts', () => {
    const directory = folder();
    traceTests({ when: 'never' });
    traceTests({ when: 'always', directory });
    expect(wantsPassedTests()).toBe(true);
    expect(tellObservers(told({ state: 'passed', errors: [] }))).toHaveLength(1);
  });

  test('leaves a foreign file of that name alone, and says if it cannot write', () => {
    const directory = folder();
    traceTests({ directory });
    const foreign = join(directory, 'pause-a-suite-a-test-12_3.html');
    writeFileSync(foreign, 'precious');
    expect(tellObservers(told())).toEqual([join(directory, 'pause-a-suite-a-test-12_3-2.html')]);
    forgetTest(told());
    expect(readFileSync(foreign, 'utf8')).toBe('precious');
    traceTests({ directory: foreign });
    expect(tellObservers(told())).toEqual([expect.stringMatching(/^no trace: .*(EEXIST|ENOTDIR)/)]);
  });

  test.each([
    [{ when: 'sometimes' }, 'when'],
    [{ directroy: 'x' }, 'directroy'],
  ])('refuses %j', (options, name) => {
    expect(() => traceTests(options as object)).toThrow(name);
  });
});
