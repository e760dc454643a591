import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { callbackify } from 'node:util';
import type { QmpClient } from '../client.ts';
import { QmpDisconnectedError } from '../errors.ts';
import { Conversation } from './conversation.ts';
import { History } from './history.ts';
import { JsonPrinter, PlainPrinter, type Printer } from './printer.ts';

/** Surroundings of a shell. */
export interface ShellOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
  /** Whether a person types at a terminal. */
  readonly terminal: boolean;
  /** Whether output has colours. */
  readonly colours: boolean;
  /** Whether replies and events are printed as lines of JSON. */
  readonly json: boolean;
  /** Whether lines go to the human monitor. */
  readonly hmp: boolean;
  /** Lines to say, in place of what comes from the input. */
  readonly lines: readonly string[];
  /** Lines of earlier sessions. */
  readonly history: History;
}

/**
 * Holds a conversation between a person, or a script, and a monitor, until either ends it.
 *
 * @returns The exit status: 1 if a script had a line that couldn't be read or was refused, or if the
 *   connection broke off.
 */
export async function runShell(client: QmpClient, options: ShellOptions): Promise<number> {
  const write = (stream: Writable) => (text: string) => void stream.write(`${text}\n`);
  const batch = options.json
    ? new JsonPrinter(write(options.output), write(options.errors))
    : new PlainPrinter(write(options.output), options.colours);
  if (options.terminal && options.lines.length === 0) return new TerminalShell(client, options).run();
  return runScript(client, options, batch);
}

async function runScript(client: QmpClient, options: ShellOptions, printer: Printer): Promise<number> {
  const talk = new Conversation(client, printer, { hmp: options.hmp });
  const showing = showEvents(client, printer);
  const { lines, input } = options;
  let broken = false;
  try {
    for await (const line of lines.length > 0 ? lines : createInterface({ input, terminal: false })) {
      await talk.say(line);
      if (talk.left) break;
    }
  } catch (error) {
    if (!(error instanceof QmpDisconnectedError)) throw error;
    broken = true;
    printer.problem(error.message);
  }
  input.destroy();
  await client.close();
  await showing;
  return broken || talk.failed ? 1 : 0;
}

async function showEvents(client: QmpClient, printer: Printer): Promise<void> {
  for await (const event of client.untyped.events()) printer.event(event);
}

/** A shell at a terminal: prompt, completion, history, and events above the line that is being typed. */
class TerminalShell {
  readonly #client: QmpClient;
  readonly #options: ShellOptions;
  readonly #talk: Conversation;
  readonly #printer: Printer;
  readonly #readline: Interface;
  #asking = false;
  #status = 0;
  #confirmed = false;

  constructor(client: QmpClient, options: ShellOptions) {
    this.#client = client;
    this.#options = options;
    const print = (text: string): void => this.#print(text);
    this.#printer = options.json ? new JsonPrinter(print, print) : new PlainPrinter(print, options.colours);
    this.#talk = new Conversation(client, this.#printer, { hmp: options.hmp });
    this.#readline = createInterface({
      input: options.input,
      output: options.output,
      terminal: true,
      history: options.history.newestFirst,
      historySize: 1000,
      removeHistoryDuplicates: true,
      completer: callbackify((line: string) => this.#talk.complete(line)),
    });
  }

  async run(): Promise<number> {
    const { history } = this.#options;
    this.#greet();
    void showEvents(this.#client, this.#printer);
    // Asked for while somebody reads the greeting: the first Tab needs it.
    void this.#talk.schema();
    void this.#sayWhenClosed();
    this.#readline.on('SIGINT', () => this.#interrupt());
    this.#ask();
    for await (const line of this.#readline) {
      this.#asking = false;
      if (this.#isSure(line)) {
        try {
          await this.#talk.say(line);
        } catch (error) {
          if (!(error instanceof QmpDisconnectedError)) throw error;
        }
        history.add(line, this.#talk.last);
      }
      if (this.#talk.left || !this.#client.connected) break;
      this.#ask();
    }
    this.#talk.left = true;
    this.#readline.close();
    await this.#client.close();
    history.save();
    return this.#status;
  }

  async #sayWhenClosed(): Promise<void> {
    const { message } = await this.#client.closed;
    if (this.#talk.left) return;
    this.#status = this.#talk.last?.execute === 'quit' ? 0 : 1;
    this.#printer.note(message);
    this.#readline.close();
  }

  #greet(): void {
    const version = this.#client.greeting?.QMP.version;
    const { major, minor, micro } = version?.qemu ?? {};
    const name = version === undefined ? 'A monitor' : `QEMU ${major}.${minor}.${micro}`;
    this.#printer.note(`${name}. Tab completes, .help helps, .exit leaves.`);
  }

  #ask(): void {
    this.#asking = true;
    this.#readline.setPrompt(this.#talk.hmp ? '(hmp) ' : '(qmp) ');
    this.#readline.prompt();
  }

  /** Prints above the line that is being typed. */
  #print(text: string): void {
    const { output } = this.#options;
    if (this.#asking) {
      cursorTo(output, 0);
      clearLine(output, 0);
    }
    output.write(`${text}\n`);
    if (this.#asking) this.#readline.prompt(true);
  }

  /** Asks once more before `quit`, which ends the machine and not the shell. */
  #isSure(line: string): boolean {
    if (this.#talk.hmp || line.trim() !== 'quit' || this.#confirmed) return true;
    this.#confirmed = true;
    this.#printer.note('quit ends the machine; .exit only leaves. Type quit again to end the machine.');
    return false;
  }

  #interrupt(): void {
    if (this.#readline.line === '') {
      this.#talk.left = true;
      this.#readline.close();
      return;
    }
    this.#options.output.write('^C\n');
    this.#readline.write(null, { ctrl: true, name: 'e' });
    this.#readline.write(null, { ctrl: true, name: 'u' });
    this.#ask();
  }
}
