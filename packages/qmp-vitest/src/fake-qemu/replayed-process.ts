import { setImmediate } from 'node:timers';
import { stringifyJson } from 'qmp-core/wire';
import type { CassettePlayer, FaultProxy, ReceivedCommand } from 'qmp-mock';
import type { ClientStream, QemuProfile } from 'qmp-mock/process';
import { watchedProxy } from '../fault-proxy.ts';
import type { MachineStory } from '../report/story.ts';
import { commandsIn, entriesOf, type SaidMessage } from './conversation.ts';
import type { FakeQemuProcess } from './fake-qemu-process.ts';
import { qmpOf } from './relayed-host.ts';
import { ReplayedPictures } from './replayed-pictures.ts';
import { UnscriptedProcess } from './spawned-process.ts';
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
export class ReplayedProcess extends UnscriptedProcess implements FakeQemuProcess {
  readonly backend = 'replay';
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
    super(launcher.start);
    this.#launcher = launcher;
    this.#player = player;
    this.#qmp = qmpOf(launcher, profile);
    this.exited = launcher.ended.then(() => this.#gone());
    this.opened = this.#open(prepare);
    // It rejects for those who wait, but nobody has to wait.
    this.opened.catch(() => {});
  }

  get exitDescription(): string | undefined {
    return this.#exit;
  }

  get received(): readonly ReceivedCommand[] {
    return commandsIn(this.#said);
  }

  protected override endWell(): Promise<void> {
    return this.#end('exit code 0', { code: 0 });
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
      entries: entriesOf(this.#said, this.began),
      began: this.began,
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
    const pictures = new ReplayedPictures(this.cwd);
    const making = watchedProxy((direction, message) => {
      pictures.see(direction, message);
      const text = stringifyJson(message);
      this.#said.push({ direction, connection, message, text, at: performance.now() });
    });
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

  /** Notes that its test is over, which ends it. */
  testEnded(): void {
    this.#exit ??= 'ended with its test';
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
