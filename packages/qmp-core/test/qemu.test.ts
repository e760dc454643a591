/** The client against a real QEMU: QMP_QEMU_BINARY, or the one on PATH. */
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { describe, expect, onTestFinished } from 'vitest';
import { withoutProxy } from './support/without-proxy.ts';
import { QmpClient, QmpListener, type QmpConnectOptions, type UntypedQapi } from 'qmp-core';
import { freePort } from './support/free-port.ts';
import { qemuTest, startQemu } from './support/qemu.ts';
import { temporaryDirectory } from './support/temporary.ts';
import { dialled } from './support/dialled.ts';
import { HandClock } from './support/hand-clock.ts';

type Client = QmpClient<UntypedQapi>;

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it resolved'),
    (error: unknown) => error,
  );

/** A QEMU that dials in, with a connected client. */
async function open(options: QmpConnectOptions = {}, monitor: 'plain' | 'pretty' = 'plain'): Promise<Client> {
  const path = `${temporaryDirectory()}/qmp.sock`;
  const listener = await QmpListener.listen(path);
  startQemu(
    monitor === 'plain'
      ? ['-qmp', `unix:${path}`]
      : ['-chardev', `socket,id=qmp,path=${path}`, '-mon', 'chardev=qmp,mode=control,pretty=on'],
  );
  const client = await listener.accept<UntypedQapi>(options);
  onTestFinished(() => client.close());
  await listener.close();
  return client;
}

describe.each(['plain', 'pretty'] as const)('a %s monitor', (monitor) => {
  qemuTest('query-qmp-schema, hundreds of kilobytes', async () => {
    const client = await open({}, monitor);
    const schema = (await client.execute('query-qmp-schema')) as { name: string; 'meta-type': string }[];
    expect(schema.length).toBeGreaterThan(1000);
    expect(schema.find(({ name }) => name === 'query-status')).toMatchObject({ 'meta-type': 'command' });
  });

  qemuTest('events, errors, many commands at once', async () => {
    const client = await open({}, monitor);
    const [status, refusal, many] = await Promise.all([
      client.execute('query-status'),
      failure(client.execute('nope')),
      Promise.all(Array.from({ length: 100 }, () => client.execute('query-name'))),
    ]);
    expect(status).toMatchObject({ running: false });
    expect(refusal).toMatchObject({
      class: 'CommandNotFound',
      desc: 'The command nope has not been found',
      command: 'nope',
    });
    expect(many).toHaveLength(100);
    const { event } = await client.executeAndWait('system_powerdown', {}, 'POWERDOWN', { timeout: 10_000 });
    expect(event.event).toBe('POWERDOWN');
  });
});

describe('over every transport', () => {
  qemuTest('an inherited descriptor, quit, and the end', async () => {
    const child = startQemu(['-chardev', 'socket,id=qmp,fd=3', '-qmp', 'chardev:qmp']);
    const client = await QmpClient.over(child.stdio[3] as unknown as Duplex);
    const exit = once(child, 'exit');
    const { event } = await client.executeAndWait('quit', {}, 'SHUTDOWN', {
      match: { reason: 'host-qmp-quit' },
    });
    expect(event.data.guest).toBe(false);
    expect((await client.closed).code).toBe('QMP_DISCONNECTED');
    expect(await exit).toEqual([0, null]);
  });

  qemuTest('quit, and close at once: QEMU ends', async () => {
    const path = `${temporaryDirectory()}/qmp.sock`;
    await using listener = await QmpListener.listen(path);
    for (let run = 0; run < 8; run++) {
      const child = startQemu(['-qmp', `unix:${path}`]);
      const client = await listener.accept();
      const exit = once(child, 'exit');
      client.execute('quit').catch(() => {});
      await client.close();
      expect(await exit).toEqual([0, null]);
    }
  });

  qemuTest('quit over TCP: its reply is not lost, and the end is an orderly one', async () => {
    await using listener = await QmpListener.listen('127.0.0.1:0');
    const { address } = listener;
    for (let run = 0; run < 5; run++) {
      startQemu(['-qmp', 'path' in address ? '' : `tcp:${address.host}:${address.port}`]);
      await using client = await listener.accept();
      expect(await client.execute('quit')).toEqual({});
      expect((await client.closed).message).toBe('the peer closed the connection');
    }
  });

  qemuTest('six clients at once in front of one monitor are served in turn', async () => {
    withoutProxy('a proxy accepts whoever comes');
    const path = `${temporaryDirectory()}/qmp.sock`;
    const child = startQemu(['-qmp', `unix:${path},server=on,wait=off`]);
    // The flag says that the socket listens: the file alone is there a moment before.
    const sockets = (): string => readFileSync('/proc/net/unix', 'utf8');
    await expect.poll(sockets, { timeout: 20_000 }).toMatch(new RegExp(`00010000 .*${path}`));
    child.kill('SIGSTOP');
    const names = Array.from({ length: 6 }, async () => {
      await using client = await QmpClient.connect(path);
      return await client.execute('query-name');
    });
    child.kill('SIGCONT');
    expect(await Promise.all(names)).toEqual(Array.from({ length: 6 }, () => ({})));
  });

  qemuTest('TCP, QEMU dials in', async () => {
    const listener = await QmpListener.listen('127.0.0.1:0');
    onTestFinished(() => listener.close());
    const { address } = listener;
    startQemu(['-qmp', 'path' in address ? '' : `tcp:${address.host}:${address.port}`]);
    const client = await listener.accept();
    expect((await client.execute('query-version')).qemu).toEqual(client.greeting?.QMP.version.qemu);
    await client.close();
  });

  qemuTest('a UNIX socket on which QEMU listens, which serves one client at a time', async () => {
    const path = `${temporaryDirectory()}/qmp.sock`;
    // QEMU tells on the first monitor when it has set up the second.
    const listener = await QmpListener.listen(`${path}.ready`);
    onTestFinished(() => listener.close());
    startQemu(['-qmp', `unix:${path},server=on,wait=off`, '-qmp', `unix:${path}.ready`]);
    const other = await listener.accept();
    const first = await QmpClient.connect(path);
    const clock = new HandClock();
    const connected = dialled();
    const connecting = failure(QmpClient.connect(path, { timeout: 100, clock }));
    await connected;
    clock.strike();
    const refused = await connecting;
    expect(refused).toMatchObject({ code: 'QMP_CONNECT', phase: 'greeting' });
    expect((refused as Error).message).toContain('another client may hold it');
    await first.close();
    const second = await QmpClient.connect(path);
    expect(await second.execute('query-status')).toMatchObject({ running: false });
    await Promise.all([second.close(), other.close()]);
    expect(existsSync(path)).toBe(true);
  });
});

describe('TLS, with tls-creds-x509', () => {
  const fixture = (name: string): URL => new URL(`support/tls/${name}`, import.meta.url);
  const ca = readFileSync(fixture('ca.pem'), 'utf8');
  const pair = (name: string): { ca: string; cert: string; key: string } => ({
    ca,
    cert: readFileSync(fixture(`${name}-cert.pem`), 'utf8'),
    key: readFileSync(fixture(`${name}-key.pem`), 'utf8'),
  });

  /** The credentials under the names that QEMU looks for. */
  function credentials(endpoint: 'client' | 'server'): string {
    const directory = temporaryDirectory();
    copyFileSync(fixture('ca.pem'), `${directory}/ca-cert.pem`);
    for (const part of ['cert', 'key']) {
      copyFileSync(fixture(`${endpoint}-${part}.pem`), `${directory}/${endpoint}-${part}.pem`);
    }
    return `tls-creds-x509,id=tls,dir=${directory},endpoint=${endpoint},verify-peer=on`;
  }

  qemuTest('QEMU dials in to a listener', async () => {
    const listener = await QmpListener.listen({
      port: 0,
      tls: { ...pair('server'), requestCert: true, rejectUnauthorized: true },
    });
    onTestFinished(() => listener.close());
    const port = 'port' in listener.address ? listener.address.port : 0;
    startQemu([
      ...['-object', credentials('client')],
      ...['-chardev', `socket,id=qmp,host=localhost,port=${port},tls-creds=tls`, '-qmp', 'chardev:qmp'],
    ]);
    const client = await listener.accept();
    expect(await client.execute('query-qmp-schema')).not.toHaveLength(0);
    await client.execute('quit');
    await client.close();
  });

  qemuTest('a client connects to a QEMU that listens', async () => {
    const ready = await QmpListener.listen(`${temporaryDirectory()}/ready.sock`);
    onTestFinished(() => ready.close());
    const port = await freePort();
    const chardev = `socket,id=qmp,host=127.0.0.1,port=${port},server=on,wait=off,tls-creds=tls`;
    startQemu([
      ...['-object', credentials('server'), '-chardev', chardev, '-qmp', 'chardev:qmp'],
      ...['-qmp', 'path' in ready.address ? `unix:${ready.address.path}` : ''],
    ]);
    const other = await ready.accept();
    const address = { host: '127.0.0.1', port };
    const client = await QmpClient.connect({ ...address, tls: pair('client') });
    expect(await client.execute('query-qmp-schema')).not.toHaveLength(0);
    await client.close();
    expect(await failure(QmpClient.connect({ ...address, tls: true }))).toMatchObject({
      code: 'QMP_CONNECT',
      phase: 'dial',
    });
    await other.close();
  });
});

describe('what QEMU does with', () => {
  qemuTest('ids of every kind', async () => {
    const client = await open();
    const ids = [
      'a',
      null,
      7,
      -1,
      1.1,
      true,
      [],
      { b: [1, { c: null }], a: 'é' },
      2n ** 63n,
      2n ** 64n - 1n,
      2n ** 64n,
      2 ** 60,
    ];
    const replies = await Promise.all(ids.map((id) => client.send({ execute: 'query-name', id })));
    for (const reply of replies) expect(reply.return).toEqual({});
    expect(replies[8]?.id).toBe(2n ** 63n);
    expect(replies[9]?.id).toBe(2n ** 64n - 1n);
  });

  qemuTest('a request that it cannot parse: an error without an id, and the others go on', async () => {
    const client = await open();
    const bad = failure(client.execute('query-name', { text: '\ud800' }));
    const good = client.execute('query-name');
    expect(await bad).toMatchObject({
      code: 'QMP_PROTOCOL',
      message: expect.stringMatching(/not a valid Unicode character/) as unknown,
    });
    expect(await good).toEqual({});
  });

  qemuTest('exec-oob: it overtakes commands that wait', async () => {
    const client = await open({ oob: true });
    expect(client.oob).toBe(true);
    const order: string[] = [];
    const done = (name: string) => (): void => void order.push(name);
    const slow = Array.from({ length: 20 }, (_, i) => client.execute('query-commands').then(done(`${i}`)));
    const urgent = client.execute('migrate-pause', undefined, { oob: true }).catch(done('oob'));
    await Promise.all([...slow, urgent]);
    expect(order).toHaveLength(21);
    expect(order.indexOf('oob')).toBeLessThan(20);
    expect(await failure(client.execute('query-name', undefined, { oob: true }))).toMatchObject({
      desc: 'The command query-name does not support OOB',
    });
  });

  qemuTest('a descriptor, where koffi is installed', async () => {
    withoutProxy('it looks at the descriptor of its own socket');
    const client = await open();
    if (!client.canPassFds) {
      expect(await failure(client.passFd(0))).toMatchObject({
        code: 'QMP_STATE',
        message: expect.stringContaining('npm install koffi') as unknown,
      });
      return;
    }
    expect(await failure(client.execute('getfd', { fdname: 'a' }))).toMatchObject({
      desc: 'No file descriptor supplied via SCM_RIGHTS',
    });
    await client.passFd(0);
    expect(await client.execute('getfd', { fdname: 'a' })).toEqual({});
    await client.passFd(0);
    expect(await client.execute('add-fd', {})).toHaveProperty('fdset-id');
    expect(await failure(client.passFd(99_999))).toMatchObject({ code: 'QMP_STATE' });
    expect(await client.execute('closefd', { fdname: 'a' })).toEqual({});
  });

  qemuTest('a command before negotiation', async () => {
    const client = await open({ negotiate: false });
    expect(await client.send({ execute: 'query-status' })).toEqual({
      error: {
        class: 'CommandNotFound',
        desc: "Expecting capabilities negotiation with 'qmp_capabilities'",
      },
    });
    expect(await client.execute('qmp_capabilities')).toEqual({});
    expect(await client.execute('query-status')).toMatchObject({ running: false });
  });

  qemuTest('a deadline that has passed: the late reply answers nobody', async () => {
    const client = await open();
    const late = failure(client.execute('query-qmp-schema', {}, { timeout: 0 }));
    const name = client.execute('query-name');
    expect(await late).toMatchObject({ code: 'QMP_TIMEOUT' });
    expect(await name).toEqual({});
  });
});
