import { stringifyJson } from 'qmp-core/wire';
import { Lines, NoLineError } from './lines.ts';
import { QemuProcess, type StartOptions } from './process.ts';
import type { Program } from './program.ts';

/** Requests that are on their way at once. */
const BATCH = 500;

/** A reply: its text, and what is in it as JavaScript (integers beyond 2^53 lose digits there). */
export interface Answer {
  readonly text: string;
  readonly message: {
    readonly return?: unknown;
    readonly error?: { readonly class: string; readonly desc: string };
  };
}

/** The version in a monitor's greeting. */
export interface GreetedVersion {
  readonly qemu: { readonly major: number; readonly minor: number; readonly micro: number };
  readonly package: string;
}

/** A request: its text, or what is to be written as JSON. */
export type Request = string | { readonly execute: string; readonly arguments?: unknown };

/** Options of an idle QEMU without a machine to speak of. */
export const NO_MACHINE: readonly string[] = ['-machine', 'none', '-nodefaults', '-S'];

/**
 * A running program and a negotiated conversation with its monitor, on an inherited descriptor: nothing on
 * disk, and nothing that others can reach. One question at a time; events are kept apart.
 */
export class Monitor implements AsyncDisposable {
  readonly process: QemuProcess;
  readonly #lines: Lines;
  readonly #replies: string[] = [];
  #onEvent: (text: string) => void = () => {};
  #version: GreetedVersion | undefined;

  private constructor(program: Program, args: readonly string[], options: StartOptions) {
    this.process = new QemuProcess(
      program,
      [...args, '-display', 'none', '-chardev', 'socket,id=capture,fd=3', '-qmp', 'chardev:capture'],
      { ...options, descriptor: true },
    );
    this.#lines = new Lines(this.process.descriptor, options);
  }

  /** Starts a program, and negotiates. */
  static async start(
    program: Program,
    args: readonly string[],
    options: StartOptions = {},
  ): Promise<Monitor> {
    const monitor = new Monitor(program, args, options);
    try {
      const greeting: { QMP: { version: GreetedVersion } } = JSON.parse(await monitor.#line());
      monitor.#version = greeting.QMP.version;
      await monitor.ask({ execute: 'qmp_capabilities' });
      return monitor;
    } catch (error) {
      await monitor.stop();
      throw error;
    }
  }

  /** The version that it greeted with. */
  get version(): GreetedVersion {
    return this.#version!;
  }

  /** Sends a request without waiting. */
  send(request: Request): void {
    this.#lines.send(textOf(request));
  }

  /** The next reply. */
  async reply(): Promise<Answer> {
    while (this.#replies.length === 0) await this.#take();
    const text = this.#replies.shift()!;
    return { text, message: JSON.parse(text) };
  }

  /** Sends a request, and gives its reply. */
  async ask(request: Request): Promise<Answer> {
    this.send(request);
    return this.reply();
  }

  /** Sends many requests, some hundreds at once, and gives the replies in order. */
  async askAll(requests: readonly Request[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (let start = 0; start < requests.length; start += BATCH) {
      const batch = requests.slice(start, start + BATCH);
      this.send(batch.map((request) => textOf(request)).join('\n'));
      for (const _ of batch) answers.push(await this.reply());
    }
    return answers;
  }

  /** Sends a request and gives its return value. Fails if it is refused. */
  async value<T>(request: Request): Promise<T> {
    const { text, message } = await this.ask(request);
    if (message.error !== undefined) throw new Error(`${JSON.stringify(request)} is refused: ${text}`);
    return message.return as T;
  }

  /** The words with which a request is refused; `undefined` if it is not. */
  async refusal(request: Request): Promise<string | undefined> {
    return (await this.ask(request)).message.error?.desc;
  }

  /** Calls a listener with the text of each event from now on, as it is come upon. */
  onEvent(listener: (text: string) => void): void {
    this.#onEvent = listener;
  }

  /** Settles when an event with that name has come. */
  async event(name: string): Promise<void> {
    while ((await this.#take()) !== name);
  }

  /** Settles when one more line has come: an event, or the reply to something that was only sent. */
  async anyEvent(): Promise<void> {
    await this.#take();
  }

  /** Reads what still comes, up to the end. */
  async drain(): Promise<void> {
    try {
      for (;;) await this.#take();
    } catch {
      // It has ended.
    }
  }

  /** Ends the program the hard way. */
  async stop(): Promise<void> {
    await this.process.stop();
    await this.#lines.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Reads a line: gives the name of an event, or keeps a reply. */
  async #take(): Promise<string | undefined> {
    const text = await this.#line();
    if (!text.startsWith('{"timestamp"')) {
      this.#replies.push(text);
      return undefined;
    }
    this.#onEvent(text);
    return JSON.parse(text).event as string;
  }

  async #line(): Promise<string> {
    try {
      return await this.#lines.line();
    } catch (error) {
      if (!(error instanceof NoLineError)) throw error;
      // The connection ends a moment before the program does.
      if (error.reason === 'ended') await this.process.exited;
      await this.process.stop();
      throw new Error(`${error.message}: ${this.process.describeEnd()}`, { cause: error });
    }
  }
}

const textOf = (request: Request): string => (typeof request === 'string' ? request : stringifyJson(request));
