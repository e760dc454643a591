import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QmpClient } from 'qmp-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { QMP_MOCK, scratch, start, within } from '../../../test/support/fake-qemu.ts';
import { MockQmp } from '../../mock/mock-qmp.ts';
import { NEWEST, OLDEST } from '../../../test/support/versions.ts';

/** Starts the command and waits until it says if it listens. */
async function serve(args: readonly string[]): Promise<ReturnType<typeof start>> {
  const program = start(QMP_MOCK, args);
  await within(
    'the address',
    new Promise<void>((resolve) => program.child.stdout!.once('data', () => resolve())),
  );
  return program;
}

describe('cassettes on the command line', { timeout: 120_000 }, () => {
  it('records, shows, checks and replays a conversation, and refuses another', async () => {
    const folder = scratch();
    const out = join(folder, 'stop.jsonl');
    const path = join(folder, 'q.sock');
    const mock = new MockQmp({ qemu: OLDEST });
    onTestFinished(() => mock.close());
    const target = (await mock.listen()) as { path: string };

    const recording = await serve([
      'record',
      '--target',
      target.path,
      '--listen',
      `unix:${path}`,
      '--out',
      out,
    ]);
    const talk = async (command: 'stop' | 'cont'): Promise<void> => {
      const client = await QmpClient.connect(path);
      await client.execute(command).catch(() => {});
      await client.execute('quit').catch(() => {});
      await client.close();
    };
    await talk('stop');
    expect((await recording.ended).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toContain('{"execute":"stop"}\n{"event":"STOP"}\n{"return":{}}\n');

    const shown = await start(QMP_MOCK, ['show', out]).ended;
    expect(shown.stdout).toContain('⚡  STOP');
    const checked = await start(QMP_MOCK, ['check', '--against', NEWEST, out]).ended;
    expect(checked.stdout).toContain(`everything that it uses is the same in QEMU ${NEWEST}`);

    const right = await serve(['replay', '--listen', `unix:${path}`, out]);
    await talk('stop');
    expect((await right.ended).code).toBe(0);

    const wrong = await serve(['replay', '--listen', `unix:${path}`, out]);
    await talk('cont');
    const ended = await wrong.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`cont was never recorded in ${out}`);
  });

  it('makes a cassette of a log', async () => {
    const folder = scratch();
    const log = join(folder, 'failed.log');
    writeFileSync(log, '>>> {"execute":"stop"}\n<<< {"return":{}}\n');
    const out = join(folder, 'failed.jsonl');
    const ended = await start(QMP_MOCK, ['import', log, '--out', out]).ended;
    expect(ended.stdout).toBe(`${out}: created\n`);
    expect(readFileSync(out, 'utf8')).toBe('{"cassette":1}\n{"execute":"stop"}\n{"return":{}}\n');
  });

  it.each([
    [['record'], '--target is needed'],
    [['replay', '--listen', 'x'], 'this takes one file'],
    [['replay', 'x'], 'give an address to serve'],
    [['check', '--against', '1.0', 'x'], '--against 1.0: Expected `qemu` to be '],
  ])('a wrong command line: %j', async (args, message) => {
    const ended = await start(QMP_MOCK, args).ended;
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
  });
});
