import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  QmpClient,
  QmpConnectError,
  QmpDisconnectedError,
  QmpListener,
  QmpTimeoutError,
  type UntypedQapi,
} from 'qmp-core';
import { MockQmp } from 'qmp-mock';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failure, rejects, stuck } from './faults/bench.ts';
import { temporaryDirectory } from './support/temporary.ts';
import { HandClock } from './support/hand-clock.ts';

/** Complaints of users of other QMP clients that don't apply to ours. */

type Client = QmpClient<UntypedQapi>;

async function pair(
  options: { eventHistory?: number; clock?: HandClock } = {},
): Promise<{ mock: MockQmp<UntypedQapi>; client: Client }> {
  const mock = new MockQmp<UntypedQapi>();
  onTestFinished(() => mock.close());
  const client = await QmpClient.over<UntypedQapi>(mock.connect(), options);
  onTestFinished(() => client.close());
  return { mock, client };
}

describe('of replies', () => {
  test('a line of more than 64 KiB is too long (go-qemu#159, govmm#104)', async () => {
    const { mock, client } = await pair();
    mock.fault.oversizedReply(65 * 1024);
    expect(await client.execute('query-name')).toEqual({});
  });

  test('the buffer of a reply is used again for the next (go-qemu#226, coreos-assembler#4611)', async () => {
    const { mock, client } = await pair();
    mock.handle('human-monitor-command', (_args, ctx) => String(ctx.call).repeat(2000));
    mock.fault.splitEvery(777);
    const texts = await Promise.all(
      [1, 2, 3].map(() => client.execute('human-monitor-command', { 'command-line': 'info mem' })),
    );
    expect(texts).toEqual([1, 2, 3].map((call) => String(call).repeat(2000)));
  });

  test('an event in place of a reply shifts all replies that follow (eve#3568, syzkaller#2832, vmsh#41, ganeti#1649)', async () => {
    const mock = new MockQmp<UntypedQapi>();
    onTestFinished(() => mock.close());
    mock.fault.eventBeforeGreeting();
    mock.fault.eventInHandshake();
    mock.handle('query-name', (_args, ctx) => {
      ctx.emit('STOP');
      return { name: `${ctx.call}` };
    });
    const client = await QmpClient.over<UntypedQapi>(mock.connect());
    for (const name of ['1', '2', '3']) expect(await client.execute('query-name')).toEqual({ name });
    expect(await client.drainEvents()).toHaveLength(5);
    await client.close();
  });

  test('callers that ask at once get the replies of each other (incus#2142, winboat#682, xenopsd#453)', async () => {
    const { mock, client } = await pair();
    mock.handle('human-monitor-command', (args) => String(args['command-line']));
    mock.fault.reorderReplies(20);
    const lines = Array.from({ length: 20 }, (_, index) => `info ${index}`);
    const replies = lines.map((line) => client.execute('human-monitor-command', { 'command-line': line }));
    expect(await Promise.all(replies)).toEqual(lines);
  });

  test('a value that is falsy hangs the call and shifts the next', async () => {
    const { mock, client } = await pair();
    for (const value of ['', 0, false, null]) {
      mock.handle('qom-get', () => value, { unchecked: true });
      expect(await client.execute('qom-get', { path: '/', property: 'x' })).toBe(value);
    }
  });
});

describe('of deadlines', () => {
  test('there is none for the handshake: a stopped QEMU, or a second client, hangs for ever (go-qemu#214)', async () => {
    const mock = new MockQmp();
    onTestFinished(() => mock.close());
    mock.fault.noGreeting({ times: 1 });
    await rejects(
      QmpClient.over(mock.connect(), { timeout: 10 }),
      QmpConnectError,
      /another client may hold it/,
    );
    mock.fault.dropReply({ command: 'qmp_capabilities' });
    const clock = new HandClock();
    const opening = rejects(
      QmpClient.over(mock.connect(), { timeout: 30, clock }),
      QmpConnectError,
      /no reply to qmp_capabilities/,
    );
    await mock.waitForCommand('qmp_capabilities');
    clock.strike();
    await opening;
  });

  test('there is none for a command, or only one for all (incus#3559, ganeti#1597, transient#60)', async () => {
    const { mock, client } = await pair();
    mock.handle('query-name', stuck);
    client.timeout = 5;
    await rejects(client.execute('query-name'), QmpTimeoutError, 'within 5 ms');
    await rejects(client.execute('query-name', {}, { timeout: 6 }), QmpTimeoutError, 'within 6 ms');
  });

  test('a read that ran out of time poisons the stream (spinifex)', async () => {
    const { mock, client } = await pair();
    mock.fault.lateReply(50, { command: 'query-name' });
    mock.fault.splitEvery(3);
    await rejects(client.execute('query-name', {}, { timeout: 5 }), QmpTimeoutError, 'within 5 ms');
    const next = client.execute('query-uuid');
    await mock.waitForCommand('query-uuid');
    mock.clock.advance(50);
    expect(await next).toHaveProperty('UUID');
  });
});

describe('of events', () => {
  test('whoever listens after the command misses the event and waits for ever (go-qemu#158)', async () => {
    const { client } = await pair();
    await client.execute('stop');
    expect(await client.waitForEvent('STOP')).toMatchObject({ event: 'STOP' });
    expect((await client.executeAndWait('cont', {}, 'RESUME')).event.event).toBe('RESUME');
  });

  test('one that was there before satisfies the next wait, and a second for the same device, too (AutoHCK#1112)', async () => {
    const { mock, client } = await pair();
    for (const id of ['a', 'b']) {
      mock
        .expect('device_del', { id })
        .return({})
        .emit('DEVICE_DELETED', { path: `/${id}/child` })
        .emit('DEVICE_DELETED', { device: id, path: `/${id}` });
    }
    for (const id of ['a', 'b']) {
      const { event } = await client.executeAndWait('device_del', { id }, 'DEVICE_DELETED', {
        match: { device: id },
      });
      expect(event.data).toEqual({ device: id, path: `/${id}` });
    }
    mock.verify();
  });

  test('there is no waiting for one of several (ganeti#1823)', async () => {
    const { mock, client } = await pair();
    mock.expect('device_del').return({}).emit('DEVICE_UNPLUG_GUEST_ERROR', { device: 'a', path: '/a' });
    const names = ['DEVICE_DELETED', 'DEVICE_UNPLUG_GUEST_ERROR'];
    const { event } = await client.executeAndWait('device_del', { id: 'a' }, names);
    expect(event.event).toBe('DEVICE_UNPLUG_GUEST_ERROR');
  });

  test('a wait goes on for ever when the machine is gone, and leaves rejections that nobody handles (qmpbackup#29)', async () => {
    const { mock, client } = await pair();
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    mock.handle('query-name', stuck);
    const waits = [client.waitForEvent('NEVER'), client.execute('query-name')].map(failure);
    const reading = client.events().next();
    await mock.waitForCommand('query-name');
    mock.fault.disconnect();
    for (const error of await Promise.all(waits)) expect(error).toBeInstanceOf(QmpDisconnectedError);
    expect(await reading).toEqual({ done: true, value: undefined });
    // Rejections are told of once the turn is over in which they were not handled.
    await new Promise((resolve) => setImmediate(resolve));
    expect(rejections).toEqual([]);
  });

  test('nobody reads them, and the monitor is held up (xenclient-oe#1286)', async () => {
    const { mock, client } = await pair({ eventHistory: 10 });
    mock.fault.eventStorm(500);
    expect(await client.execute('query-name')).toEqual({});
    expect(client.droppedEvents).toBe(490);
    expect(mock.connections).toHaveLength(1);
  });
});

describe('of connecting', () => {
  test('the socket is there before anybody listens (vmtest#10, kata#11585, spinifex#235, avocado-virt#94)', async () => {
    const path = join(temporaryDirectory(), 'qmp');
    // The other way round there is nothing to race with: the client listens before QEMU is started.
    const listener = await QmpListener.listen({ path });
    onTestFinished(() => listener.close());
    const mock = new MockQmp();
    onTestFinished(() => mock.close());
    await mock.dial({ path });
    const client = await listener.accept();
    expect(await client.execute('query-name')).toEqual({});
    await client.close();
  });

  test('when QEMU dies in it the wait goes on, and the reason is lost (os-autoinst#1520, coreos-assembler#3192)', async () => {
    const server = createServer((socket) => void socket.end()).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address() as { port: number };
    await rejects(
      QmpClient.connect({ host: '127.0.0.1', port: address.port }, { timeout: null }),
      QmpConnectError,
      `Cannot connect to tcp:127.0.0.1:${address.port}: before a greeting came: the peer closed the connection`,
    );
    // The caller knows of the process: its exit ends the attempt, with the reason that the caller gives.
    const mock = new MockQmp();
    onTestFinished(() => mock.close());
    mock.fault.noGreeting();
    const exit = new AbortController();
    const connecting = failure(QmpClient.over(mock.connect(), { signal: exit.signal, timeout: null }));
    const reason = new Error('QEMU exited with status 1: no such device');
    exit.abort(reason);
    expect(await connecting).toBe(reason);
  });

  test('one client that was not closed blocks the next (lxd#11892, ganeti#1862, n0stack#142)', async () => {
    const mock = new MockQmp();
    onTestFinished(() => mock.close());
    const address = await mock.listen();
    const refusal = mock.fault.refuseNegotiation();
    await failure(QmpClient.connect(address));
    refusal.clear();
    {
      await using client = await QmpClient.connect(address);
      expect(client.connected).toBe(true);
    }
    const next = await QmpClient.connect(address);
    expect(await next.execute('query-name')).toEqual({});
    await next.close();
  });

  test('a plain failure comes as a long trace (nixpkgs#437531)', async () => {
    const path = join(temporaryDirectory(), 'nobody');
    const error = await rejects(QmpClient.connect({ path }), QmpConnectError, path, { phase: 'dial' });
    expect(error.message).not.toContain('\n');
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
  });

  test('a QEMU of another version or architecture does not fit the types (qapi-rs#17, qapi-rs#23)', async () => {
    const { mock, client } = await pair();
    mock.handle('query-cpus-fast', [{ 'cpu-index': 0, target: 'riscv128', news: { a: 1 } }], {
      unchecked: true,
    });
    mock.emit('EVENT_OF_THE_FUTURE', { a: 1 }, { unchecked: true });
    expect(await client.execute('query-cpus-fast')).toEqual([
      { 'cpu-index': 0, target: 'riscv128', news: { a: 1 } },
    ]);
    expect(await client.waitForEvent('EVENT_OF_THE_FUTURE')).toMatchObject({ data: { a: 1 } });
  });

  test('there is no record of what was said (incus#3166, incus#3460)', async () => {
    const mock = new MockQmp();
    onTestFinished(() => mock.close());
    const said: string[] = [];
    const client = await QmpClient.over(mock.connect(), {
      onMessage: (direction, message) => said.push(`${direction} ${Object.keys(message).toSorted().join()}`),
    });
    await client.execute('system_reset');
    expect(said).toEqual([
      'in QMP',
      'out execute,id',
      'in id,return',
      'out execute,id',
      'in data,event,timestamp',
      'in id,return',
    ]);
    await client.close();
  });

  test('how long an end may take cannot be set (lima#2493, lima#5333, virtual-dsm#1088)', async () => {
    const clock = new HandClock();
    const { mock, client } = await pair({ clock });
    mock.handle('system_powerdown', {});
    const late = rejects(
      client.executeAndWait('system_powerdown', {}, 'SHUTDOWN', { timeout: 10 }),
      QmpTimeoutError,
      'SHUTDOWN did not come within 10 ms',
    );
    await client.execute('query-name');
    clock.strike();
    await late;
    const patient = client.executeAndWait('system_powerdown', {}, 'SHUTDOWN', { timeout: null });
    await mock.waitForCommand('system_powerdown', { count: 2 });
    mock.emit('SHUTDOWN', { guest: true, reason: 'guest-shutdown' });
    expect((await patient).event.data).toEqual({ guest: true, reason: 'guest-shutdown' });
  });
});
