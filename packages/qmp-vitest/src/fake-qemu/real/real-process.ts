import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import type { Cassette, ReceivedCommand } from 'qmp-mock';
import type { MachineStory } from '../../report/story.ts';
import { commandsIn, entriesOf, type SaidMessage } from '../conversation.ts';
import type { FakeQemuProcess } from '../fake-qemu-process.ts';
import type { SpawnedCassettes } from '../spawned-cassettes.ts';
import { UnscriptedProcess } from '../spawned-process.ts';
import type { RealStart } from './real-start.ts';

/** How long a QEMU may take to end by a signal that it can handle, in ms. */
const PATIENCE = 5000;

/** A real QEMU that the code under test has started. */
export class RealProcess extends UnscriptedProcess implements FakeQemuProcess {
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
    super(start);
    this.#start = start;
    this.opened = start.accepted.then((): void => undefined);
    this.exited = start.ended;
  }

  get backend(): 'qemu' | 'record' {
    return this.#recording === undefined ? 'qemu' : 'record';
  }

  get exitDescription(): string | undefined {
    if (!this.#start.hasEnded) return undefined;
    return this.#how ?? 'ended; its parent has the exit code';
  }

  get received(): readonly ReceivedCommand[] {
    return commandsIn(this.#said.messages);
  }

  protected override async endWell(): Promise<void> {
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
      entries: entriesOf(messages, this.began),
      began: this.began,
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
