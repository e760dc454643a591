import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import type { Cassette, Faults, Machine, MockQmp, ReceivedCommand } from 'qmp-mock';
import { quoteCommand } from '../../qemu/quote.ts';
import type { MachineStory } from '../../report/story.ts';
import { commandsIn, entriesOf, type SaidMessage } from '../conversation.ts';
import type { FakeQemuProcess } from '../fake-qemu-process.ts';
import { onlyAMock } from '../only-a-mock.ts';
import { findOption } from '../options.ts';
import type { SpawnedCassettes } from '../spawned-cassettes.ts';
import type { RealStart } from './real-start.ts';

/** How long a QEMU may take to end by a signal that it can handle, in ms. */
const PATIENCE = 5000;

/** A real QEMU that the code under test has started. */
export class RealProcess implements FakeQemuProcess {
  readonly name: string;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly opened: Promise<void>;
  readonly exited: Promise<void>;
  readonly #start: RealStart;
  /** Its output when the test ended. Its end doesn't concern the test, and its files are gone by then. */
  #kept: { readonly messages: readonly SaidMessage[]; readonly stderr: string } | undefined;
  #how: string | undefined;
  /** The cassettes to record it in, and its number among the machines of its test. */
  #recording: { readonly cassettes: SpawnedCassettes; readonly number: number } | undefined;
  #cassette: Cassette | undefined;

  constructor(start: RealStart) {
    this.#start = start;
    this.name = start.name;
    this.pid = start.pid;
    this.argv = start.argv;
    this.cwd = start.cwd;
    this.opened = start.accepted.then((): void => undefined);
    this.exited = start.ended;
  }

  get backend(): 'qemu' | 'record' {
    return this.#recording === undefined ? 'qemu' : 'record';
  }

  get env(): Readonly<Record<string, string>> {
    return this.#start.env;
  }

  get commandLine(): string {
    return quoteCommand([this.name, ...this.argv]);
  }

  get exitDescription(): string | undefined {
    if (!this.#start.hasEnded) return undefined;
    return this.#how ?? 'ended; its parent has the exit code';
  }

  get received(): readonly ReceivedCommand[] {
    return commandsIn(this.#said.messages);
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
    this.#how = 'ended by SIGTERM';
    await this.#kill('SIGTERM');
  }

  async crash(signal: NodeJS.Signals = 'SIGABRT'): Promise<void> {
    this.#how = `killed by ${signal}`;
    await this.#kill(signal);
  }

  /** Has its conversations recorded, as those of the first, second, … machine of its test. */
  record(cassettes: SpawnedCassettes, number: number): void {
    this.#recording = { cassettes, number };
  }

  /** Keeps its recording, because the test has passed. */
  verify(): void {
    if (this.#cassette !== undefined) this.#recording?.cassettes.keep(this.#recording.number, this.#cassette);
  }

  /** Its stderr, if it ended by itself before it greeted a client; otherwise `undefined`. */
  get refusal(): string | undefined {
    const { messages, stderr } = this.#said;
    const isRefused =
      this.#start.hasEnded && this.#how === undefined && messages.length === 0 && stderr !== '';
    return isRefused ? stderr : undefined;
  }

  findings(): undefined {
    return undefined;
  }

  story(): MachineStory {
    const { messages, stderr } = this.#said;
    return {
      name: `${this.name} (pid ${this.pid})`,
      what: 'QEMU, started by the code under test',
      entries: entriesOf(messages),
      commandLine: this.commandLine,
      stderr,
      exit: this.exitDescription,
    };
  }

  /** Ends it because its test is over. */
  async end(): Promise<void> {
    const ended = this.#start.hasEnded;
    this.#kept ??= this.#said;
    if (!ended) await this.#endNow();
    if (this.#recording === undefined) return;
    const commandLine = [this.name, ...this.argv];
    this.#cassette = await this.#recording.cassettes.record(commandLine, this.#kept.messages, { ended });
  }

  async #endNow(): Promise<void> {
    this.#how = 'ended with its test';
    const timer = setTimeout(() => this.#signal('SIGKILL'), PATIENCE);
    this.#signal('SIGTERM');
    await this.exited;
    clearTimeout(timer);
  }

  get #said(): { readonly messages: readonly SaidMessage[]; readonly stderr: string } {
    const { messages, stderr } = this.#kept ?? this.#start;
    return { messages, stderr };
  }

  async #kill(signal: NodeJS.Signals): Promise<void> {
    this.#signal(signal);
    await this.exited;
  }

  #signal(signal: NodeJS.Signals): void {
    // As long as its pipe is open, its process id is its own.
    if (this.#start.hasEnded) return;
    try {
      process.kill(this.#start.ownPid, signal);
    } catch {
      // It has just gone.
    }
  }
}
