import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import { QmpStateError } from 'qmp-core';
import type { Faults, Machine, MockQmp, ReceivedCommand } from 'qmp-mock';
import { quoteCommand } from '../../qemu/quote.ts';
import type { MachineStory } from '../../report/story.ts';
import type { FakeQemuProcess } from '../fake-qemu-process.ts';
import { findOption } from '../options.ts';
import type { RealStart } from './real-start.ts';
import type { TracedMessage } from './trace-log.ts';

/** How long a QEMU may take to end by a signal that it can handle, in ms. */
const PATIENCE = 5000;

/** A real QEMU that the code under test has started. */
export class RealProcess implements FakeQemuProcess {
  readonly backend = 'qemu';
  readonly name: string;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly opened: Promise<void>;
  readonly exited: Promise<void>;
  readonly #start: RealStart;
  /** Its output when the test ended. Its end doesn't concern the test, and its files are gone by then. */
  #kept: { readonly messages: readonly TracedMessage[]; readonly stderr: string } | undefined;
  #how: string | undefined;

  constructor(start: RealStart) {
    this.#start = start;
    this.name = start.name;
    this.pid = start.pid;
    this.argv = start.argv;
    this.cwd = start.cwd;
    this.opened = start.accepted.then((): void => undefined);
    this.exited = start.ended;
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
    return this.#said.messages.flatMap(({ direction, message, connection }) => {
      const execute = message['execute'] ?? message['exec-oob'];
      if (direction !== 'out' || typeof execute !== 'string' || execute === 'qmp_capabilities') return [];
      const oob = Object.hasOwn(message, 'exec-oob');
      const command = { execute, arguments: message['arguments'], id: message['id'], oob, connection };
      return [{ ...command, request: message } as unknown as ReceivedCommand];
    });
  }

  get mock(): MockQmp {
    return onlyAMock('mock');
  }

  get machine(): Machine {
    return onlyAMock('machine');
  }

  get fault(): Faults {
    return onlyAMock('fault');
  }

  option(name: string): string | undefined {
    return findOption(this.argv, name);
  }

  stderr(_text: string): void {
    onlyAMock('stderr(…)');
  }

  stdout(_text: string): void {
    onlyAMock('stdout(…)');
  }

  onSignal(): void {
    onlyAMock('onSignal(…)');
  }

  async exit(code: number = 0): Promise<void> {
    if (code !== 0) onlyAMock(`exit(${code})`);
    this.#how = 'ended by SIGTERM';
    await this.#kill('SIGTERM');
  }

  async crash(signal: NodeJS.Signals = 'SIGABRT'): Promise<void> {
    this.#how = `killed by ${signal}`;
    await this.#kill(signal);
  }

  verify(): void {}

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
      entries: messages.map(({ direction, text, connection }) => ({
        at: undefined,
        direction,
        text,
        connection,
      })),
      commandLine: this.commandLine,
      stderr,
      exit: this.exitDescription,
    };
  }

  /** Ends it because its test is over. */
  async end(): Promise<void> {
    this.#kept ??= this.#said;
    if (this.#start.hasEnded) return;
    this.#how = 'ended with its test';
    const timer = setTimeout(() => this.#signal('SIGKILL'), PATIENCE);
    this.#signal('SIGTERM');
    await this.exited;
    clearTimeout(timer);
  }

  get #said(): { readonly messages: readonly TracedMessage[]; readonly stderr: string } {
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

function onlyAMock(member: string): never {
  throw new QmpStateError(
    `\`vm.${member}\` is for a mock, and this machine is a real QEMU, as QMP_BACKEND or the option \`qmpBackend\` asks for. ` +
      "Give the tests that script their machine `test.override('qmpBackend', 'mock')`.",
  );
}
