import { setImmediate } from 'node:timers';
import { stringifyJson } from 'qmp-core/wire';
import type { CassettePlayer, FaultProxy, Faults, Machine, MockQmp, ReceivedCommand } from 'qmp-mock';
import type { ClientStream, QemuProfile } from 'qmp-mock/process';
import { watchedProxy } from '../fault-proxy.ts';
import { quoteCommand } from '../qemu/quote.ts';
import type { MachineStory } from '../report/story.ts';
import { commandsIn, entriesOf, type SaidMessage } from './conversation.ts';
import type { FakeQemuProcess } from './fake-qemu-process.ts';
import { onlyAMock } from './only-a-mock.ts';
import { findOption } from './options.ts';
import { qmpOf } from './relayed-host.ts';
import type { ArrivedClient, StandIn } from './stand-in.ts';

/** Parts of a {@link ReplayedProcess}. */
export interface ReplayedProcessOptions {
  readonly launcher: StandIn;
  readonly player: CassettePlayer;
  /** The version that its command line is read as. */
  readonly profile: QemuProfile;
  /** Settles when clients may be served. */
  readonly prepare: (vm: FakeQemuProcess) => Promise<void>;
}

/**
 * A `qemu-system-*` whose QMP monitors play a recording; its process is a launcher. Everything else that it
 * has opened stays silent. It ends as the recorded one did: by itself, or by a signal.
 */
export class ReplayedProcess implements FakeQemuProcess {
  readonly backend = 'replay';
  readonly name: string;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly opened: Promise<void>;
  readonly exited: Promise<void>;
  readonly #launcher: StandIn;
  readonly #player: CassettePlayer;
  readonly #qmp: ReadonlySet<string>;
  readonly #said: SaidMessage[] = [];
  readonly #proxies: Promise<FaultProxy>[] = [];
  #clients = 0;
  #exit: string | undefined;
  #ending: Promise<void> | undefined;

  constructor({ launcher, player, profile, prepare }: ReplayedProcessOptions) {
    const { name, pid, argv, cwd } = launcher.start;
    this.name = name;
    this.pid = pid;
    this.argv = argv;
    this.cwd = cwd;
    this.#launcher = launcher;
    this.#player = player;
    this.#qmp = qmpOf(launcher, profile);
    this.exited = launcher.ended.then(() => this.#gone());
    this.opened = this.#open(prepare);
    // It rejects for those who wait, but nobody has to wait.
    this.opened.catch(() => {});
  }

  get env(): Readonly<Record<string, string>> {
    return this.#launcher.start.env;
  }

  get commandLine(): string {
    return quoteCommand([this.name, ...this.argv]);
  }

  get exitDescription(): string | undefined {
    return this.#exit;
  }

  get received(): readonly ReceivedCommand[] {
    return commandsIn(this.#said);
  }

  get mock(): MockQmp {
    return onlyAMock('vm.mock', this.backend);
  }

  get machine(): Machine {
    return onlyAMock('vm.machine', this.backend);
  }

  get fault(): Faults {
    return onlyAMock('vm.fault', this.backend);
  }

  option(name: string): string | undefined {
    return findOption(this.argv, name);
  }

  stderr(_text: string): void {
    onlyAMock('vm.stderr(…)', this.backend);
  }

  stdout(_text: string): void {
    onlyAMock('vm.stdout(…)', this.backend);
  }

  onSignal(): void {
    onlyAMock('vm.onSignal(…)', this.backend);
  }

  async exit(code: number = 0): Promise<void> {
    if (code !== 0) onlyAMock(`vm.exit(${code})`, this.backend);
    await this.#end('exit code 0', { code: 0 });
  }

  async crash(signal: NodeJS.Signals = 'SIGABRT'): Promise<void> {
    await this.#end(`killed by ${signal}`, { signal });
  }

  verify(): void {
    this.#player.verify();
  }

  findings(): string | undefined {
    const { problems } = this.#player;
    return problems.length === 0 ? undefined : problems.map((text) => `✗ ${text}`).join('\n');
  }

  story(): MachineStory {
    return {
      name: `${this.name} (pid ${this.pid})`,
      what: `replay of ${this.#player.cassette.file}, started by the code under test`,
      entries: entriesOf(this.#said),
      commandLine: this.commandLine,
      exit: this.#exit,
    };
  }

  async #open(prepare: (vm: FakeQemuProcess) => Promise<void>): Promise<void> {
    await this.#launcher.opened;
    // Not before the code behind `await next()` has had its say.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    await prepare(this);
    this.#launcher.onSignal(() => this.#signalled());
    this.#launcher.onClient((client, stream) => void this.#serve(client, stream));
  }

  async #serve({ chardev }: ArrivedClient, socket: ClientStream): Promise<void> {
    socket.on('error', () => {});
    if (!this.#qmp.has(chardev) || this.#ending !== undefined) return void socket.resume();
    const connection = ++this.#clients;
    const making = watchedProxy((direction, message) =>
      this.#said.push({ direction, connection, message, text: stringifyJson(message) }),
    );
    this.#proxies.push(making);
    const monitor = (await making).over(this.#player.connect());
    monitor.on('error', () => socket.destroy());
    let hungUp = false;
    socket.once('end', () => (hungUp = true));
    socket.once('close', () => monitor.destroy());
    // In the recording QEMU ended: so does this process.
    monitor.once('end', () => {
      if (!hungUp && !socket.destroyed) void this.#end('exit code 0', { code: 0 });
    });
    socket.pipe(monitor).pipe(socket);
  }

  #signalled(): void {
    this.#player.release();
    void this.#end('exit code 0', { code: 0 });
  }

  #end(how: string, by: { readonly code: number } | { readonly signal: NodeJS.Signals }): Promise<void> {
    this.#ending ??= (async () => {
      this.#exit = how;
      if ('code' in by) {
        await this.#player.close();
        this.#launcher.tell({ type: 'exit', code: by.code });
      } else {
        this.#launcher.tell({ type: 'die', signal: by.signal });
      }
      await this.exited;
    })();
    return this.#ending;
  }

  /** Notes that the process is gone. */
  async #gone(): Promise<void> {
    const { exitCode } = this.#launcher;
    this.#exit ??=
      exitCode === undefined ? 'ended from outside, such as by SIGKILL' : `exit code ${exitCode}`;
    await this.#player.close();
    for (const proxy of this.#proxies) await (await proxy).close();
  }
}
