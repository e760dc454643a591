import {
  QmpCapabilitiesError,
  QmpClient,
  QmpCommandError,
  QmpConnectError,
  QmpDisconnectedError,
  QmpListener,
  QmpProtocolError,
  QmpTimeoutError,
  type UntypedQapi,
} from 'qmp-core';
import { expect, onTestFinished } from 'vitest';
import { withoutProxy } from '../support/without-proxy.ts';
import { failure, rejects, testRows, works } from './bench.ts';
import { dialled } from '../support/dialled.ts';
import { HandClock } from '../support/hand-clock.ts';
import { expectSilentPeer } from '../support/silent-peer.ts';

testRows('negotiation', {
  greeting: [
    'the greeting tells version and capabilities, and the package may be empty',
    async (bench) => {
      for (const text of ['', 'Debian 1:7.2+dfsg-7+deb12u16']) {
        const mock = bench.mock();
        const greeting = {
          QMP: {
            version: { qemu: { micro: 22, minor: 2, major: 7 }, package: text },
            capabilities: ['oob'],
          },
        };
        mock.fault.wrongGreeting(greeting);
        const client = await bench.client(mock);
        expect(client.greeting).toEqual(greeting);
        await works(client);
      }
    },
  ],
  'greeting-without-capabilities': [
    'a greeting may offer no capability at all',
    async (bench) => {
      const { client } = await bench.pair({ oob: false });
      expect(client.greeting?.QMP.capabilities).toEqual([]);
      expect(client.oob).toBe(false);
      await works(client);
    },
  ],
  'wrong-greeting': [
    'what is no greeting ends connecting at once, with what came instead',
    async (bench) => {
      const wrong: [unknown, RegExp][] = [
        ['HTTP/1.1 400 Bad Request', /not JSON .*"H/],
        [{ return: {} }, /other than a greeting: \{"return":\s?\{\}\}/],
        [{ error: { class: 'GenericError', desc: 'no' } }, /other than a greeting/],
        [{ QMP: {} }, /not quite a greeting \(QMP\.version is not an object\)/],
        [
          { QMP: { version: { qemu: { major: 1, minor: 2, micro: 3 }, capabilities: [] } } },
          /capabilities is not an array/,
        ],
        ['[]', /other than a greeting/],
        ['\u001b[31m', /not JSON/],
      ];
      for (const [greeting, message] of wrong) {
        const mock = bench.mock();
        mock.fault.wrongGreeting(greeting);
        withoutProxy('it looks at whether its own stream was destroyed');
        const stream = mock.connect();
        const error = await rejects(QmpClient.over(stream), QmpConnectError, message, {
          code: 'QMP_CONNECT',
          phase: 'greeting',
        });
        expect(error.message).toMatch(/^Cannot connect to the stream: before a greeting came: /);
        expect(error.cause).toBeInstanceOf(QmpProtocolError);
        expect((error.cause as QmpProtocolError).raw).not.toBe('');
        await expect.poll(() => stream.destroyed).toBe(true);
      }
    },
  ],
  'no-greeting': [
    'a monitor that never greets is given up after the deadline, with a guess why',
    async (bench) => {
      const mock = bench.mock();
      mock.fault.noGreeting();
      withoutProxy('it looks at whether its own stream was destroyed');
      const stream = mock.connect();
      const error = await rejects(
        QmpClient.over(stream, { timeout: 20 }),
        QmpConnectError,
        /connected, but no greeting came within 20 ms.*one client at a time/,
        { code: 'QMP_CONNECT', phase: 'greeting' },
      );
      expect(error.cause).toBeInstanceOf(QmpTimeoutError);
      await expect.poll(() => stream.destroyed).toBe(true);
    },
  ],
  'delayed-greeting': [
    'a greeting may take its time',
    async (bench) => {
      const mock = bench.mock();
      const fault = mock.fault.delay(30_000);
      const opening = bench.client(mock);
      await expect.poll(() => mock.clock.pending).toBe(1);
      fault.clear();
      mock.clock.advance(30_000);
      await works(await opening);
    },
  ],
  gate: [
    'before negotiation every command is refused, with its id, and the session stays',
    async (bench) => {
      const mock = bench.mock();
      const client = await bench.client(mock, { negotiate: false });
      const desc = "Expecting capabilities negotiation with 'qmp_capabilities'";
      for (const execute of ['quit', 'query-version', 'nope']) {
        expect(await client.send({ execute, id: execute })).toEqual({
          id: execute,
          error: { class: 'CommandNotFound', desc },
        });
        await rejects(client.execute(execute), QmpCommandError, desc, {
          class: 'CommandNotFound',
          command: execute,
        });
      }
      expect(await client.execute('qmp_capabilities')).toEqual({});
      await works(client);
    },
  ],
  refusal: [
    'a refusal of the negotiation is no session, and says what was asked and offered',
    async (bench) => {
      const mock = bench.mock();
      mock.fault.refuseNegotiation();
      withoutProxy('it looks at whether its own stream was destroyed');
      const stream = mock.connect();
      const error = await rejects(
        QmpClient.over(stream, { oob: true }),
        QmpCapabilitiesError,
        'the stream refused capabilities negotiation: Capability oob not available (GenericError). Enabling: ["oob"]; offered: ["oob"]',
        { code: 'QMP_CAPABILITIES' },
      );
      expect(error.cause).toBeInstanceOf(QmpCommandError);
      expect(error.cause).toMatchObject({ class: 'GenericError', command: 'qmp_capabilities' });
      await expect.poll(() => stream.destroyed).toBe(true);
    },
  ],
  'refusal-then-retry': [
    'after a refusal the same session may negotiate again',
    async (bench) => {
      const mock = bench.mock();
      const fault = mock.fault.refuseNegotiation('not yet', { times: 1 });
      const client = await bench.client(mock, { negotiate: false });
      await rejects(client.execute('qmp_capabilities', { enable: ['oob'] }), QmpCommandError, 'not yet');
      expect(client.oob).toBe(false);
      expect(fault.fired).toBe(1);
      expect(await client.execute('qmp_capabilities', { enable: ['oob'] })).toEqual({});
      expect(client.oob).toBe(true);
      await works(client);
    },
  ],
  'unknown-capability': [
    'capabilities that the monitor does not know are refused in its words',
    async (bench) => {
      const { client } = await bench.pair({ client: { negotiate: false } });
      await rejects(client.execute('qmp_capabilities', { enable: ['nope'] }), QmpCommandError, "'nope'", {
        class: 'GenericError',
      });
      await rejects(
        client.execute('qmp_capabilities', { enable: 'oob' }),
        QmpCommandError,
        "Invalid parameter type for 'enable', expected: array",
      );
      await rejects(
        client.execute('qmp_capabilities', { enabl: [] }),
        QmpCommandError,
        "'enabl' is unexpected",
      );
      expect(await client.execute('qmp_capabilities', {})).toEqual({});
      await works(client);
    },
  ],
  'capability-not-offered': [
    'a client that would like oob does without where it is not offered',
    async (bench) => {
      const { mock, client } = await bench.pair({ oob: false, client: { oob: true } });
      expect(mock.received('qmp_capabilities')[0]?.arguments).toBeUndefined();
      expect(client.oob).toBe(false);
      expect(await failure(client.execute('query-yank', {}, { oob: true }))).toMatchObject({
        code: 'QMP_STATE',
        message: expect.stringContaining('the monitor does not offer it (it offers [])') as unknown,
      });
      await works(client);
    },
  ],
  'second-negotiation': [
    'a second negotiation is refused and changes nothing',
    async (bench) => {
      const { client } = await bench.pair({ client: { oob: true } });
      await rejects(
        client.execute('qmp_capabilities'),
        QmpCommandError,
        'Capabilities negotiation is already complete, command ignored',
        { class: 'CommandNotFound' },
      );
      expect(client.oob).toBe(true);
      await works(client);
    },
  ],
  pipelined: [
    'commands may follow the negotiation in the same packet',
    async (bench) => {
      const { mock, client } = await bench.pair({ client: { negotiate: false } });
      const replies = ['qmp_capabilities', 'query-name', 'stop'].map((name) => client.execute(name));
      expect(await Promise.all(replies)).toEqual([{}, {}, {}]);
      expect(mock.received.map(({ execute }) => execute)).toEqual(['query-name', 'stop']);
    },
  ],
  'event-before-greeting': [
    'an event may come before the greeting: it is kept, and no greeting',
    async (bench) => {
      const mock = bench.mock();
      mock.fault.eventBeforeGreeting('VSERPORT_CHANGE', { id: 'channel0', open: true });
      const client = await bench.client(mock);
      expect(client.greeting).toHaveProperty('QMP.version');
      expect((await client.waitForEvent('VSERPORT_CHANGE')).data).toEqual({ id: 'channel0', open: true });
      await works(client);
    },
  ],
  'event-in-handshake': [
    'an event may come between qmp_capabilities and its reply: replies are not shifted by it',
    async (bench) => {
      const mock = bench.mock();
      mock.handle('query-name', { name: 'vm' });
      mock.fault.eventInHandshake('RESUME');
      const client = await bench.client(mock);
      expect(await client.execute('query-name')).toEqual({ name: 'vm' });
      expect(await client.drainEvents()).toMatchObject([{ event: 'RESUME' }]);
    },
  ],
  'silent-before-negotiation': [
    'before negotiation no events come: what happened meanwhile is not waited for',
    async (bench) => {
      const { mock, client } = await bench.pair({ client: { negotiate: false } });
      mock.emit('STOP');
      await client.send({ execute: 'query-name' });
      await client.execute('qmp_capabilities');
      mock.emit('RESUME');
      await client.waitForEvent('RESUME');
      expect((await client.drainEvents()).map(({ event }) => event)).toEqual(['RESUME']);
    },
  ],
  'end-in-handshake': [
    'a monitor that goes away in the handshake is told from one that never spoke',
    async (bench) => {
      const mock = bench.mock();
      mock.fault.disconnectMidReply({ command: 'qmp_capabilities', at: 5 });
      const error = await rejects(
        bench.client(mock),
        QmpConnectError,
        /while capabilities were negotiated: .*the peer closed the connection in the middle of a message/,
        { phase: 'negotiation' },
      );
      expect(error.cause).toBeInstanceOf(QmpDisconnectedError);

      mock.fault.noGreeting();
      const silent = failure(bench.client(mock));
      await expect.poll(() => mock.connections.length).toBe(1);
      mock.fault.disconnect();
      expect(await silent).toMatchObject({
        code: 'QMP_CONNECT',
        phase: 'greeting',
        message: 'Cannot connect to the stream: before a greeting came: the peer closed the connection',
      });
    },
  ],
  'stall-in-handshake': [
    'a monitor that greets and then hangs is given up after the deadline',
    async (bench) => {
      const mock = bench.mock();
      mock.fault.dropReply({ command: 'qmp_capabilities' });
      const clock = new HandClock();
      const opening = rejects(
        bench.client(mock, { timeout: 50, clock }),
        QmpConnectError,
        'the greeting came, but no reply to qmp_capabilities within 50 ms',
        { phase: 'negotiation' },
      );
      await mock.waitForCommand('qmp_capabilities');
      clock.strike();
      const error = await opening;
      expect(error.cause).toBeInstanceOf(QmpTimeoutError);
      await works(await bench.client(mock));
    },
  ],
  'fresh-session': [
    'each connection begins anew: half a command, capabilities and ids of the one before are gone',
    async (bench) => {
      const mock = bench.mock();
      const address = await mock.listen();
      const first = await bench.connect(address, { oob: true, negotiate: false });
      await first.execute('qmp_capabilities', { enable: ['oob'] });
      expect(first.oob).toBe(true);
      await first.close();
      const half = mock.connect();
      half.end('{"execute":"qmp_cap');
      const second = await bench.connect(address);
      expect(second.oob).toBe(false);
      expect(second.mark()).toBe(0);
      expect(await second.execute('query-name')).toEqual({});
    },
  ],
  'parked-client': [
    'a second client is connected but not greeted: the error says who may be in the way, and later it is served',
    async (bench) => {
      const mock = bench.mock();
      const address = await mock.listen();
      const holder = await bench.connect(address);
      const clock = new HandClock();
      const connected = dialled();
      const refused = rejects(
        bench.connect(address, { timeout: 30, clock }),
        QmpConnectError,
        /no greeting came within 30 ms.*another client may hold it/,
        { phase: 'greeting' },
      );
      await connected;
      clock.strike();
      await refused;
      await works(holder);
      const patient = bench.connect(address);
      await holder.close();
      await works(await patient);

      const fault = mock.fault.parkClients();
      const parked = bench.client(mock);
      fault.clear();
      await works(await parked);
    },
  ],
  'several-monitors': [
    'several monitors negotiate each alone, and events go to all that have',
    async (bench) => {
      const { mock, client } = await bench.pair();
      const other = await bench.client(mock, { negotiate: false });
      await client.execute('stop');
      await other.execute('qmp_capabilities');
      await client.execute('cont');
      expect(await other.waitForEvent('RESUME')).toBeDefined();
      expect((await other.drainEvents()).map(({ event }) => event)).toEqual(['RESUME']);
      expect((await client.drainEvents()).map(({ event }) => event)).toEqual(['STOP', 'RESUME']);
    },
  ],
  'monitor-dials-in': [
    'a monitor may dial in instead, with the same faults on the way',
    async (bench) => {
      const listener = await QmpListener.listen('127.0.0.1:0');
      onTestFinished(() => listener.close());
      const mock = bench.mock();
      mock.fault.eventBeforeGreeting('RESUME', undefined, { times: 1 });
      mock.fault.eventInHandshake();
      await mock.dial(listener.address);
      const client = await listener.accept<UntypedQapi>();
      await works(client);
      expect(await client.drainEvents()).toHaveLength(2);
      await client.close();

      const silence = mock.fault.noGreeting();
      await mock.dial(listener.address);
      await expectSilentPeer(listener, 50);
      silence.clear();
      await mock.dial(listener.address);
      await works(await listener.accept<UntypedQapi>());
    },
  ],
});
