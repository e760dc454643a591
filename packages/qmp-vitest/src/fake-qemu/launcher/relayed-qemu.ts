import type { Socket } from 'node:net';
import process from 'node:process';
import { setInterval, setTimeout } from 'node:timers';
import { markUp } from 'qmp-core/internal';
import {
  dropOnHangUp,
  END_SIGNALS,
  Opening,
  senderName,
  StartError,
  terminationNotice,
  type ClientStream,
  type EndSignal,
  type QemuProfile,
  type StartPlan,
} from 'qmp-mock/process';
import type { NumberedRequest, SystemError, TestLine } from '../control-protocol.ts';
import type { FixtureDirectory } from '../fixture-directory.ts';
import { ClientRelay } from './client-relay.ts';
import type { LauncherHost } from './launcher-host.ts';
import { TestLink } from './test-link.ts';

/** Parts of a {@link RelayedQemu}. */
export interface RelayedQemuOptions {
  readonly plan: StartPlan;
  readonly profile: QemuProfile;
  readonly host: LauncherHost;
  readonly argv: readonly string[];
  readonly fixture: FixtureDirectory;
}

/** Keeps the process alive: a QEMU without a socket lives on all the same. In ms. */
const FOREVER = 2 ** 30;

/** Time in ms that a client may take to read the rest when the QEMU ends. */
const GRACE = 100;

/** A QEMU whose sockets and files are this process's, and whose machine is in the test's process. */
export class RelayedQemu {
  readonly #options: RelayedQemuOptions;
  readonly #opening: Opening;
  readonly #clients = new Map<number, ClientRelay>();
  #link!: TestLink;
  #count = 0;
  #isAnnounced = false;
  #isTaken = false;
  #isEnding = false;

  constructor(options: RelayedQemuOptions) {
    this.#options = options;
    this.#opening = new Opening(options);
  }

  /**
   * Opens everything, whether the test listens or is busy, and goes on until the test or a signal ends it.
   *
   * @throws StartError with QEMU's words if something can't be opened.
   */
  async start(): Promise<void> {
    const { plan, host } = this.#options;
    if (plan.daemonize && !host.background) return void (await this.#opening.run());
    this.#connect();
    // A QEMU that is refused before it opens anything isn't a machine for the test.
    host.onOpening = () => this.#announce();
    setInterval(() => {}, FOREVER);
    // QEMU's threads use the one themselves, and block the other. Without a listener, Node would start its
    // debugger, and die.
    for (const signal of ['SIGUSR1', 'SIGALRM'] as const) process.on(signal, () => {});
    this.#opening.relay((chardev, stream) => this.#relay(chardev, stream));
    try {
      await this.#opening.run();
    } catch (error) {
      if (error instanceof StartError && this.#isAnnounced) {
        await this.#link.tellLast({ type: 'failed', words: error.format(host.program), code: error.code });
      }
      throw error;
    }
    this.#announce();
    // Before everything is open, a signal just ends QEMU.
    for (const signal of END_SIGNALS) process.on(signal, () => this.#signalled(signal));
    const opened = this.#opening.chardevs.list();
    const chardevs = opened.map(({ label: id }) => ({ id, port: host.listeners.get(id)?.port }));
    const stdio = opened.find(({ kind }) => kind === 'stdio')?.label;
    this.#link.tell({ type: 'opened', chardevs, stdio });
    this.#opening.sayPending();
    host.ready();
    markUp();
  }

  #connect(): void {
    const { fixture } = this.#options;
    this.#link = new TestLink({
      path: fixture.controlSocket,
      onLine: (line) => this.#obey(line),
      onGone: () => this.#lost(),
    });
  }

  #announce(): void {
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    const { argv, host } = this.#options;
    const env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
    const { program: name, pid } = host;
    const texts = Object.fromEntries(host.texts);
    this.#link.tell({ type: 'start', name, pid, argv, env, cwd: process.cwd(), texts });
  }

  #relay(chardev: string, stream: ClientStream): void {
    const { host } = this.#options;
    const { localAddress, localPort, remoteAddress, remotePort } = stream;
    const client = ++this.#count;
    const toTest = this.#link.openClient({
      chardev,
      client,
      ends: { localAddress, localPort, remoteAddress, remotePort },
    });
    // That bytes and the end of their sender came at once, the test's process couldn't see.
    const seen = host.unixServers.has(chardev) ? dropOnHangUp(stream as Socket) : stream;
    this.#clients.set(client, new ClientRelay(seen, toTest));
    stream.once('close', () => this.#clients.delete(client));
  }

  #signalled(signal: EndSignal): void {
    const { host } = this.#options;
    const sender = senderName();
    if (this.#isTaken) return this.#link.tell({ type: 'signal', signal, sender });
    // The test is busy, or waits for this very process: the end is QEMU's without a client.
    host.stderr(terminationNotice(host.program, signal, sender));
    void this.#end(() => process.exit(0));
  }

  #obey(line: TestLine): void {
    const { host } = this.#options;
    switch (line.type) {
      case 'take':
        this.#isTaken = true;
        break;
      case 'write':
        host[line.stream](line.text);
        break;
      case 'drop':
        this.#clients.get(line.client)?.drop(line.reset);
        break;
      case 'exit':
        void this.#end(() => process.exit(line.code));
        break;
      case 'die':
        // Without a listener the signal does what it does to any process.
        process.removeAllListeners(line.signal);
        process.kill(process.pid, line.signal);
        break;
      case 'vanish':
        this.#vanish();
        break;
      default:
        this.#request(line).then(
          (port) => this.#link.tell({ type: 'done', request: line.request, port }),
          (error: unknown) =>
            this.#link.tell({ type: 'refused', request: line.request, error: describe(error) }),
        );
    }
  }

  async #request(line: NumberedRequest): Promise<number | undefined> {
    const { host } = this.#options;
    const { chardev: id } = line;
    if (line.type === 'listen') {
      const { port } = await host.listen({ id, place: line.place }, (stream) => this.#relay(id, stream));
      return port;
    }
    if (line.type === 'close') {
      await host.listeners.get(id)?.close();
      host.listeners.delete(id);
      return undefined;
    }
    const { place } = line;
    const stream =
      place.kind === 'fd' ? await host.inherit({ id, fd: place.fd }) : await host.dial({ id, place });
    stream.on('error', () => {});
    this.#relay(id, stream);
    return undefined;
  }

  /** Ends as QEMU does: clients get the rest of the output, and sockets and pid file are removed. */
  async #end(exit: () => void): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const clients = [...this.#clients.values()];
    const flushed = Promise.all(clients.map((client) => client.flushed));
    await this.#release();
    // The test has ended its side before it said so: what is on its way from there is waited for.
    if (this.#isTaken) await Promise.all(clients.map((client) => client.ended));
    setTimeout(exit, GRACE);
    await flushed;
    exit();
  }

  async #release(): Promise<void> {
    this.#opening.removePidFile();
    await Promise.all([...this.#options.host.listeners.values()].map(async (listener) => listener.close()));
  }

  /** Ends, because the test's process is gone or the test is over. */
  #lost(): void {
    if (this.#isEnding) return;
    const { host } = this.#options;
    if (!this.#isTaken) {
      host.stderr(
        `${host.program}: the test behind this QEMU is gone, or was over before it could take the QEMU over.\n` +
          'A test that waits for this process with `spawnSync` or `execFileSync` cannot serve clients meanwhile: ' +
          'start QEMU ' +
          'with `spawn`, or with `-daemonize`.\n',
      );
    }
    this.#vanish();
  }

  #vanish(): void {
    this.#isEnding = true;
    void this.#release();
    if (this.#isTaken) process.kill(process.pid, 'SIGKILL');
    else process.exit(1);
  }
}

function describe(error: unknown): SystemError {
  const { message, code, errno, syscall } = error as NodeJS.ErrnoException;
  return { message, code, errno, syscall };
}
