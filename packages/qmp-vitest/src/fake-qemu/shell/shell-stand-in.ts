import type { Socket } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import {
  dropOnHangUp,
  Opening,
  readArguments,
  StartError,
  type ClientStream,
  type QemuProfile,
  type StartPlan,
} from 'qmp-mock/process';
import type { LauncherRequest, StartLine } from '../control-protocol.ts';
import type { FixtureDirectory } from '../fixture-directory.ts';
import type {
  ArrivedClient,
  Opened,
  PassedSignal,
  ReadCommandLine,
  StandIn,
  StandInOrder,
} from '../stand-in.ts';
import { afterGreetings } from '../after-greetings.ts';
import { Deferred } from '../deferred.ts';
import { HeldBack } from '../held-back.ts';
import { ShellHost } from './shell-host.ts';
import type { ShellLink } from './shell-link.ts';

/** Parts of a {@link ShellStandIn}. */
export interface ShellStandInOptions {
  readonly link: ShellLink;
  readonly fixture: FixtureDirectory;
  readonly profile: QemuProfile;
  /** Called once when it is a machine: its command line isn't refused before it opens anything. */
  readonly onMachine: (standIn: ShellStandIn) => void;
  /** Called when its start was refused, after it was recorded. */
  readonly onRefused: () => void;
}

/** Time in ms that a client may take to read the rest when the QEMU ends. */
const GRACE = 100;

/** Longest path of a socket, in bytes (`sun_path` of Linux). */
const SOCKET_PATH_LIMIT = 107;

/** A stand-in whose process is a shell, and whose sockets and files are this process's. */
export class ShellStandIn implements StandIn {
  readonly start: StartLine;
  readonly ended: Promise<void>;
  readonly #options: ShellStandInOptions;
  readonly #host: ShellHost;
  readonly #clients = new HeldBack<[client: ArrivedClient, stream: ClientStream]>();
  readonly #signals = new HeldBack<[signal: PassedSignal]>();
  readonly #opened = new Deferred<Opened>();
  readonly #streams = new Set<ClientStream>();
  #commandLine: ReadCommandLine | undefined;
  #opening: Opening | undefined;
  #exitCode: number | undefined;
  #isUp = false;
  #isMachine = false;
  #isEnding = false;

  private constructor(options: ShellStandInOptions, start: StartLine) {
    this.#options = options;
    this.start = start;
    this.#host = new ShellHost(options.link, start);
    this.#host.onOpening = () => this.#announce();
    options.link.onSignal((signal) => this.#signalled(signal));
    this.ended = options.link.ended.then(() => this.#gone());
  }

  /** Stands for a shell that has started, or leaves it to Node. */
  static async open(options: ShellStandInOptions): Promise<void> {
    const { link } = options;
    let start: StartLine;
    try {
      ({ start } = link);
    } catch {
      // It has been killed in the meantime.
      return;
    }
    await new ShellStandIn(options, start).#run();
  }

  get opened(): Promise<Opened> {
    return this.#opened.promise;
  }

  get commandLine(): ReadCommandLine | undefined {
    return this.#commandLine;
  }

  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  onClient(take: (client: ArrivedClient, stream: ClientStream) => void): void {
    this.#clients.take(take);
  }

  onSignal(action: (signal: PassedSignal) => void): void {
    this.#signals.take(action);
  }

  tell(order: StandInOrder): void {
    const { link } = this.#options;
    switch (order.type) {
      case 'write':
        return this.#host[order.stream](order.text);
      case 'exit':
        return void this.#exit(order.code);
      case 'die':
        this.#isEnding = true;
        this.#host.abandon();
        return link.die(order.signal);
      case 'vanish':
        return void this.#vanish();
    }
  }

  async request(what: LauncherRequest): Promise<number | undefined> {
    const { chardev: id } = what;
    if (what.type === 'close') {
      await this.#host.sockets.get(id)?.listener.close();
      this.#host.sockets.delete(id);
      return undefined;
    }
    const { place } = what;
    if (what.type === 'listen') {
      const { port } = await this.#host.listen({ id, place }, (stream) => this.#take(id, stream));
      return port;
    }
    // A shell has inherited nothing.
    if (place.kind === 'fd') return void (await this.#host.inherit({ id, fd: -1 }));
    this.#take(id, await this.#host.dial({ id, place }));
    return undefined;
  }

  async #run(): Promise<void> {
    const { link, fixture, profile } = this.#options;
    const { name: program, argv } = this.start;
    const read = readArguments(argv, { profile, program, file: this.#host.file });
    this.#commandLine = { profile, read };
    const { printed, warnings, plan, refusal } = read;
    if (printed !== undefined || (plan !== undefined && this.#needsNode(plan))) return link.leaveToNode();
    for (const warning of warnings) this.#host.stderr(`${warning}\n`);
    if (refusal !== undefined || plan === undefined) return this.#refuse(refusal);
    const planned = fixture.claimFailure();
    if (planned !== undefined) return this.#fail(planned.stderr, planned.code, planned.number);
    const opening = new Opening({ plan, profile, host: this.#host });
    this.#opening = opening;
    opening.relay((chardev, stream) => this.#take(chardev, stream));
    try {
      await opening.run();
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      return this.#refuse(error);
    }
    this.#announce();
    if (this.#isEnding) return;
    this.#isUp = true;
    afterGreetings(() => this.#tellUp());
    const opened = opening.chardevs.list();
    const chardevs = opened.map(({ label: id }) => ({ id, port: this.#host.sockets.get(id)?.listener.port }));
    this.#opened.resolve({ chardevs });
    opening.sayPending();
  }

  #tellUp(): void {
    if (this.#isEnding) return;
    this.#options.link.up(this.#host.ownFiles.filter((file) => !file.includes('\n')));
  }

  /** Whether only a process of its own can do what a command line asks for. */
  #needsNode(plan: StartPlan): boolean {
    const chardevs = [
      ...plan.chardevs.map(({ value }) => value),
      ...plan.ports.flatMap(({ value }) => value.chardev ?? []),
    ];
    const isOwn = chardevs.some(
      ({ backend, fd }) => fd !== undefined || backend === 'stdio' || backend === 'pipe',
    );
    return plan.daemonize || isOwn || plan.options.some(({ argument }) => this.#isFarAway(argument));
  }

  /** Whether an option names a socket whose path is short enough only from where the shell is. */
  #isFarAway(argument: string): boolean {
    const [, path = '/'] = /(?:unix:|path=)([^,]*)/.exec(argument) ?? [];
    return !isAbsolute(path) && Buffer.byteLength(resolve(this.start.cwd, path)) > SOCKET_PATH_LIMIT;
  }

  #signalled(passed: PassedSignal): void {
    // Before everything is open, a signal just ends QEMU.
    if (!this.#isUp) this.#options.link.die(passed.signal);
    else this.#signals.put(passed);
  }

  #announce(): void {
    if (this.#isMachine) return;
    this.#isMachine = true;
    this.#options.onMachine(this);
  }

  #take(chardev: string, arrived: ClientStream): void {
    const isUnix = this.#host.sockets.get(chardev)?.path !== undefined;
    const stream = isUnix ? dropOnHangUp(arrived as Socket) : arrived;
    const { localAddress, localPort, remoteAddress, remotePort } = arrived;
    const client = { chardev, ends: { localAddress, localPort, remoteAddress, remotePort } };
    stream.on('error', () => {});
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    this.#clients.put(client, stream);
  }

  #refuse(refusal: StartError | undefined): void {
    if (refusal === undefined) return this.#options.link.exit(0);
    this.#fail(refusal.format(this.start.name), refusal.code);
  }

  #fail(text: string, exitCode: number, planned?: number): void {
    const { link, fixture, onRefused } = this.#options;
    const { name, argv } = this.start;
    this.#host.stderr(text);
    this.#exitCode = exitCode;
    fixture.recordFailedStart({
      command: [name, ...argv],
      stderr: this.#host.saidOnStderr,
      exitCode,
      planned,
    });
    // As a QEMU that is refused, it leaves its sockets.
    this.#host.abandon();
    link.exit(exitCode);
    this.#opened.reject(new Error(text.trimEnd()));
    onRefused();
  }

  /** Ends as QEMU does: clients get the rest of the output, and sockets and pid file are removed. */
  async #exit(code: number): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    await this.#release();
    // What is on its way to clients is sent by then.
    await new Promise<void>((done) => void setImmediate(done));
    await Promise.all([...this.#streams].map((stream) => ended(stream)));
    this.#options.link.exit(code);
  }

  /** Ends, because the test is over. */
  async #vanish(): Promise<void> {
    this.#isEnding = true;
    for (const stream of this.#streams) stream.destroy();
    await this.#release();
    this.#options.link.die('SIGKILL');
  }

  async #release(): Promise<void> {
    this.#opening?.removePidFile();
    await this.#host.close();
  }

  /** Notes that the process is gone: nothing is left of it but its files. */
  #gone(): void {
    this.#isEnding = true;
    this.#host.abandon();
    for (const stream of this.#streams) stream.destroy();
    this.#opened.reject(new Error(`${this.start.name} ended before its monitors were open`));
  }
}

/** Ends a stream. Resolves when its client has everything, is gone, or has had its time. */
async function ended(stream: ClientStream): Promise<void> {
  if (stream.destroyed) return;
  await new Promise<void>((done) => {
    const timer = setTimeout(done, GRACE);
    const settle = (): void => {
      clearTimeout(timer);
      done();
    };
    stream.once('close', settle);
    stream.end(settle);
  });
  stream.destroy();
}
