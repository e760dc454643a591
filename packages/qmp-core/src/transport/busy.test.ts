import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stoppedMonitor } from '../../test/support/stopped-monitor.ts';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { withoutProxy } from '../../test/support/without-proxy.ts';
import { parseAddress } from '../address.ts';
import { QmpClient } from '../client.ts';
import { QmpConnectError, QmpTimeoutError } from '../errors.ts';
import { dial } from './dial.ts';

/** A monitor that is stopped, with two clients in its queue, which is as many as fit. */
async function fullQueue(): Promise<{ path: string; goOn: () => void }> {
  withoutProxy('a proxy accepts whoever comes');
  const path = `${temporaryDirectory()}/qmp.sock`;
  const { goOn } = await stoppedMonitor(path);
  for (let i = 0; i < 2; i++) {
    const socket = connect(path);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    // The monitor serves those first; they leave at once.
    socket.once('data', () => socket.destroy());
  }
  return { path, goOn };
}

describe.skipIf(process.platform !== 'linux')('Linux tells of a full queue', () => {
  test('connecting goes on in front of a full queue, and is served in the end', async () => {
    const { path, goOn } = await fullQueue();
    let met = 0;
    const dialled = dial(parseAddress(path), {
      onBusy: (error) => {
        expect(error).toMatchObject({ code: 'EAGAIN' });
        if (++met === 3) goOn();
      },
    });
    (await dialled).destroy();
    expect(met).toBeGreaterThanOrEqual(3);
  });

  test('with a deadline, six clients at once are all served', async () => {
    const { path, goOn } = await fullQueue();
    const names = Array.from({ length: 6 }, async () => {
      const client = await QmpClient.connect(path, { timeout: 30_000 });
      const name = await client.execute('query-name');
      await client.close();
      return name;
    });
    goOn();
    expect(await Promise.all(names)).toEqual(Array.from({ length: 6 }, () => ({})));
  });

  test('without a deadline as well', async () => {
    const { path, goOn } = await fullQueue();
    const connecting = QmpClient.connect(path, { timeout: null });
    goOn();
    await (await connecting).close();
  });

  test('the deadline ends it, and the error says why nobody answered', async () => {
    const { path } = await fullQueue();
    const error: unknown = await QmpClient.connect(path, { timeout: 100 }).then(
      () => expect.unreachable('it connected'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(QmpConnectError);
    expect(error).toMatchObject({ phase: 'dial', cause: expect.any(QmpTimeoutError) as unknown });
    expect((error as Error).message).toMatch(/was full for 100 ms \(EAGAIN, \d+ times\)/);
  });

  test('a signal ends it between two attempts', async () => {
    const { path } = await fullQueue();
    const controller = new AbortController();
    const dialled = dial(parseAddress(path), {
      signal: controller.signal,
      onBusy: () => void Promise.resolve().then(() => controller.abort('enough')),
    });
    await expect(dialled).rejects.toBe('enough');
  });

  test('attempts are few: each pause is twice the one before, up to 50 ms', async () => {
    const { path } = await fullQueue();
    const controller = new AbortController();
    let met = 0;
    const started = process.hrtime.bigint();
    const dialled = dial(parseAddress(path), {
      signal: controller.signal,
      onBusy: () => {
        if (++met === 8) controller.abort('enough');
      },
    });
    await expect(dialled).rejects.toBe('enough');
    // 5 + 10 + 20 + 40 + 50 + 50 + 50; timers count in whole ms.
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeGreaterThan(200);
  });
});
