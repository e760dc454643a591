import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';

import { join } from 'node:path';
import { QmpClient } from 'qmp-core';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { recordTalk } from '../../test/support/cassettes.ts';
import { cassetteMode, saveCassette } from '../cassette/store.ts';
import { MockQmp } from './mock-qmp.ts';
import type { MockQmpOptions } from './mock-options.ts';
import { VERSIONS } from '../../test/support/versions.ts';
import { temporaryDirectory } from '../../../../tools/src/lib/temporary.ts';

/** Complaints of users of other mocks and of hand-made fakes that don't apply to ours. */

function mockOf(options: MockQmpOptions = {}): MockQmp {
  const mock = new MockQmp(options);
  onTestFinished(() => mock.close());
  return mock;
}

const over = (mock: MockQmp): Promise<QmpClient> => QmpClient.over(mock.connect());

describe('of mock libraries', () => {
  test('an unhandled request does not fail the test (msw#946, msw#855)', async () => {
    const mock = mockOf();
    const client = await over(mock);
    await client.untyped.execute('qurey-block').catch(() => 'swallowed');
    expect(() => mock.verify()).toThrow('did you mean query-block?');
  });

  test('calls cannot be counted (msw#526)', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock.expect('query-name').times(2);
    await client.execute('query-name');
    expect(() => mock.verify()).toThrow('query-name — expected twice, came once');
  });

  test('a mismatch says nothing (nock#398, nock#995, nock#1413, nock#2028)', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock.expect('blockdev-create', { 'job-id': 'j', options: { driver: 'qcow2', size: 1024 } }).return({});
    const options = { driver: 'qcow2', size: 2048, file: 'f' } as const;
    await client.execute('blockdev-create', { 'job-id': 'j', options }).catch(() => {});
    expect(() => mock.verify()).toThrow(
      /defined at \S*complaints\.test\.ts:\d+:\d+\n +came instead: blockdev-create .*\n +options\.size: expected 1024, got 2048/,
    );
  });

  test('a forgotten return falls through in silence (msw#2167)', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock.handle('query-name', (() => {}) as never);
    await expect(client.execute('query-name')).rejects.toThrow(
      /complaints\.test\.ts:\d+:\d+ returned undefined/,
    );
  });

  test('a one-shot that was used up is taken for a bug (undici#2219): the report says so', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock.handleOnce('dumpdtb', {});
    await client.execute('dumpdtb', { filename: 'a' });
    await client.execute('dumpdtb', { filename: 'a' }).catch(() => {});
    expect(() => mock.verify()).toThrow('it was used up: it answers once');
  });

  test('an older handler shadows a newer one (undici#2637)', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock.handle('query-name', { name: 'old' });
    mock.handle('query-name', { name: 'new' });
    expect(await client.execute('query-name')).toEqual({ name: 'new' });
  });

  test('state leaks between tests that run at once (msw#474, jest-websocket-mock#172)', async () => {
    const names = await Promise.all(
      Array.from({ length: 20 }, async (_, number) => {
        const mock = mockOf();
        mock.handle('query-name', { name: `vm-${number}` });
        const client = await over(mock);
        await client.execute('stop');
        expect(mock.received).toHaveLength(1);
        return (await client.execute('query-name')).name;
      }),
    );
    expect(names).toEqual(Array.from({ length: 20 }, (_, number) => `vm-${number}`));
  });

  test('the handshake is in the way of what matters (jest-websocket-mock#51)', async () => {
    const mock = mockOf();
    await over(mock);
    expect([mock.received.length, mock.journal.length]).toEqual([0, 0]);
  });

  describe('fake timers freeze it (mock-socket#176)', () => {
    afterEach(() => void vi.useRealTimers());

    test.each(['manual', 'system'] as const)('with the clock %s', async (clock) => {
      vi.useFakeTimers();
      const mock = mockOf({ clock });
      const address = await mock.listen();
      const client = await QmpClient.connect(address);
      mock.expect('query-name').after(5).return({ name: 'x' });
      const pending = client.execute('query-name');
      await mock.waitForCommand('query-name');
      if (clock === 'manual') mock.clock.advance(5);
      expect(await pending).toEqual({ name: 'x' });
      await client.close();
    });
  });

  test('it drags a test runner along', () => {
    const sources = readdirSync(new URL('../', import.meta.url), {
      recursive: true,
      encoding: 'utf8',
    }).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    expect(sources.length).toBeGreaterThan(50);
    for (const file of sources) {
      expect(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).not.toMatch(
        /from '(vitest|jest|@jest|mocha|node:test)/,
      );
    }
  });

  test('recordings are made again in CI, and differ each time (pollyjs#226, pollyjs#192, pollyjs#63)', async () => {
    expect(cassetteMode({ CI: 'true' })).toBe('lockdown');
    const directory = temporaryDirectory('qmp-complaints-');
    const file = join(directory, 'stop.jsonl');
    const record = () => recordTalk((client) => client.execute('stop'));
    expect([saveCassette(file, await record()), saveCassette(file, await record())]).toEqual([
      'created',
      'unchanged',
    ]);
  });

  test('it needs a process of its own, which is left behind (mongodb-memory-server#129, testcontainers-node#982)', async () => {
    // Another test file may have had this process before, and its children may still be ending.
    const children = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
    const before = children();
    const mock = new MockQmp();
    const { path } = (await mock.listen()) as { path: string };
    const client = await QmpClient.connect({ path });
    expect(children()).toBeLessThanOrEqual(before);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    await client.close();
    await mock.close();
    expect(() => statSync(join(path, '..'))).toThrow('ENOENT');
  });

  test('it binds to a version of the test runner (storybook#30779, jest-dom#738)', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { dependencies, peerDependencies } = JSON.parse(text) as Record<string, object | undefined>;
    expect([Object.keys(dependencies ?? {}), peerDependencies]).toEqual([['qmp-core'], undefined]);
  });

  test('who shares one between workers shares its state (testcontainers-node#1172): addresses are never the same', async () => {
    const mocks = Array.from({ length: 5 }, () => mockOf());
    const addresses = await Promise.all(mocks.map((mock) => mock.listen()));
    expect(new Set(addresses.map((address) => JSON.stringify(address))).size).toBe(5);
  });
});

describe('of hand-made fakes of QEMU', () => {
  test('an error that is raised elsewhere: a function of the command is a mock (go-qemu#105, go-qemu#70)', async () => {
    const mock = mockOf({ onNotModelled: ({ name }) => ({ answered: name }) });
    const client = await over(mock);
    expect(await client.untyped.execute('dumpdtb', { filename: 'a' })).toEqual({ answered: 'dumpdtb' });
  });

  test('it accepts what QEMU refuses', async () => {
    const mock = mockOf();
    const client = await over(mock);
    expect(await client.send({ execute: 'query-name', control: { 'run-oob': true } })).toMatchObject({
      error: { class: 'GenericError', desc: "QMP input member 'control' is unexpected" },
    });
    mock.handle('device_add', {});
    expect(await client.send({ execute: 'eject', arguments: { nope: 1 } })).toHaveProperty('error');
  });

  test('it needs no negotiation, echoes no id, and takes one client only', async () => {
    const mock = mockOf();
    const address = await mock.listen();
    const early = await QmpClient.connect(address, { negotiate: false });
    expect(await early.send({ execute: 'query-name', id: { a: [null] } })).toMatchObject({
      error: { class: 'CommandNotFound' },
      id: { a: [null] },
    });
    await early.close();
    for (let round = 0; round < 3; round++) {
      const client = await QmpClient.connect(address);
      expect(await client.execute('query-name')).toEqual({});
      await client.close();
    }
  });

  test('it sleeps, and so do its users (govmm, opi, node-qemu)', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock.expect('device_del').return({}).after(60_000).emit('DEVICE_DELETED', { device: 'a', path: '/a' });
    await client.execute('device_del', { id: 'a' });
    mock.clock.advance(60_000);
    expect(await client.waitForEvent('DEVICE_DELETED')).toBeDefined();
  });
});

describe('of clients that no fake could break', () => {
  test('a long line (go-qemu#159, govmm#104)', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock.fault.oversizedReply(2 * 1024 * 1024);
    expect(await client.execute('query-name')).toEqual({});
  });

  test('no handshake, or a monitor that another client holds (go-qemu#214, lxd#11892, ganeti#1862)', async () => {
    const mock = mockOf();
    const address = await mock.listen();
    const fault = mock.fault.noGreeting();
    await expect(QmpClient.connect(address, { timeout: 20 })).rejects.toMatchObject({ code: 'QMP_CONNECT' });
    fault.clear();
    const holder = await QmpClient.connect(address);
    await expect(QmpClient.connect(address, { timeout: 20 })).rejects.toMatchObject({ code: 'QMP_CONNECT' });
    await holder.close();
  });

  test('events where a reply or the greeting is awaited (eve#3568, govmm#90, syzkaller#2832, vmsh#41)', async () => {
    const mock = mockOf();
    mock.fault.eventBeforeGreeting();
    mock.fault.eventInHandshake();
    const client = await over(mock);
    mock.handle('query-name', (_args, ctx) => {
      ctx.emit('STOP');
      return {};
    });
    expect(await client.execute('query-name')).toEqual({});
    expect(await client.drainEvents()).toHaveLength(3);
  });

  test('replies of others (incus#2142, winboat#682, xenopsd#453)', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock.fault.unknownIdReply({ times: Infinity });
    mock.handle('query-name', (_args, ctx) => ({ name: JSON.stringify(ctx.id) }));
    const ids = ['a', 'b', 'c'];
    const names = await Promise.all(ids.map((id) => client.execute('query-name', {}, { id })));
    expect(names).toEqual(ids.map((id) => ({ name: JSON.stringify(id) })));
  });

  test('a reply that comes after its time is up (incus#3559, a stream that is poisoned since)', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock.fault.lateReply(50, { command: 'query-name' });
    await expect(client.execute('query-name', {}, { timeout: 5 })).rejects.toMatchObject({
      code: 'QMP_TIMEOUT',
    });
    const next = client.execute('query-uuid');
    await mock.waitForCommand('query-uuid');
    mock.clock.advance(50);
    expect(await next).toHaveProperty('UUID');
  });

  test('two DEVICE_DELETED for one device_del (AutoHCK#1112), or another event in its place (ganeti#1823)', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock
      .expect('device_del')
      .return({})
      .emit('DEVICE_DELETED', { path: '/a/child' })
      .emit('DEVICE_DELETED', { device: 'a', path: '/a' });
    mock.expect('device_del').return({}).emit('DEVICE_UNPLUG_GUEST_ERROR', { device: 'b', path: '/b' });
    await client.execute('device_del', { id: 'a' });
    await client.execute('device_del', { id: 'b' });
    const events = [await client.waitForEvent('DEVICE_DELETED'), await client.waitForEvent('DEVICE_DELETED')];
    expect(events.map((event) => event.data.device)).toEqual([undefined, 'a']);
    expect(await client.waitForEvent(['DEVICE_DELETED', 'DEVICE_UNPLUG_GUEST_ERROR'])).toMatchObject({
      event: 'DEVICE_UNPLUG_GUEST_ERROR',
    });
    mock.verify();
  });

  test('a socket that is there before anybody listens (vmtest#10, kata#11585): listen() resolves when it listens', async () => {
    const mock = mockOf();
    const { path } = (await mock.listen()) as { path: string };
    const socket = connect(path);
    await new Promise((resolve, reject) => void socket.once('connect', resolve).once('error', reject));
    socket.destroy();
  });

  test('nobody reads the events (xenclient-oe#1286): memory is bounded, the others are served', async () => {
    const mock = mockOf({ unsentLimit: 1 << 20 });
    const reader = await over(mock);
    const stream = mock.connect();
    stream.on('error', () => {});
    stream.write('{"execute":"qmp_capabilities"}');
    await mock.waitForCommand('qmp_capabilities', { count: 2 });
    mock.fault.eventStorm(20_000);
    expect(mock.connections.map((connection) => connection.id)).not.toContain(2);
    await expect.poll(() => reader.execute('query-name')).toEqual({});
  });

  test('the machine dies while a client connects (os-autoinst#1520, coreos-assembler#3192): it can be made to', async () => {
    const mock = mockOf();
    const address = await mock.listen();
    mock.fault.disconnectMidReply({ command: 'qmp_capabilities', at: 7 });
    await expect(QmpClient.connect(address)).rejects.toMatchObject({
      code: 'QMP_CONNECT',
      phase: 'negotiation',
      message: expect.stringContaining('the peer closed the connection') as unknown,
    });
  });

  test('the machine goes away under a wait for an event (qmpbackup#29): it can be made to', async () => {
    const mock = mockOf();
    const client = await over(mock);
    const waiting = client.waitForEvent('BLOCK_JOB_COMPLETED').catch((error: unknown) => error);
    mock.fault.resetConnections();
    expect(await waiting).toMatchObject({ code: 'QMP_DISCONNECTED' });
  });

  test('a QEMU of another version answers otherwise (qapi-rs#17, qapi-rs#23): each can be had', async () => {
    const majors = VERSIONS.map(async (qemu) => {
      const client = await over(mockOf({ qemu }));
      return (await client.execute('query-version')).qemu.major;
    });
    expect(await Promise.all(majors)).toEqual(VERSIONS.map((version) => Number.parseInt(version, 10)));
    const mock = mockOf();
    const client = await over(mock);
    mock.handle('query-cpus-fast', [{ target: 'riscv128' }], { unchecked: true });
    expect(await client.untyped.execute('query-cpus-fast')).toEqual([{ target: 'riscv128' }]);
  });

  test('a guest that takes its time to end, or never does (lima#2493, lima#5333, virtual-dsm#1088): without waiting for it', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock.scenario('slow guest', (s) => {
      s.on('system_powerdown').return({});
      s.after(600_000);
      s.emit('SHUTDOWN', { guest: true, reason: 'guest-shutdown' });
      s.disconnect();
    });
    await client.execute('system_powerdown');
    mock.clock.advance(599_999);
    expect(await client.execute('query-name')).toEqual({});
    mock.clock.advance(1);
    expect(await client.waitForEvent('SHUTDOWN')).toHaveProperty('data.reason', 'guest-shutdown');
    expect((await client.closed).code).toBe('QMP_DISCONNECTED');
    mock.verify();
  });

  test('a plain failure to connect comes as a long trace (nixpkgs#437531): nobody is where a mock has been', async () => {
    const mock = mockOf();
    const address = await mock.listen();
    await mock.close();
    await expect(QmpClient.connect(address)).rejects.toMatchObject({ code: 'QMP_CONNECT', phase: 'dial' });
  });

  test('what was said is not known afterwards (incus#3166, incus#3460)', async () => {
    const mock = mockOf();
    const client = await over(mock);
    await client.execute('system_reset');
    expect(String(mock.journal).split('\n')).toEqual([
      '→  system_reset',
      expect.stringMatching(/^⚡ {2}RESET /) as unknown,
      '←  system_reset: {}',
    ]);
  });

  test('the buffer of a reply is used again for the next (go-qemu#226, coreos-assembler#4611): replies can come in pieces', async () => {
    const mock = mockOf();
    const client = await over(mock);
    mock.fault.splitEvery(777);
    mock.handle('human-monitor-command', (_args, ctx) => String(ctx.call).repeat(2000));
    const texts = [1, 2, 3].map(() =>
      client.execute('human-monitor-command', { 'command-line': 'info mem' }),
    );
    expect(await Promise.all(texts)).toEqual([1, 2, 3].map((call) => String(call).repeat(2000)));
  });
});
