import type { QmpClient } from '../client.ts';
import type { UntypedQapi } from '../qapi/schema.ts';
import { readIntrospection } from '../qapi-gen/introspection.ts';
import { suggest } from '../suggest.ts';
import type { QmpRequest } from '../wire/messages.ts';
import { CommandSchema } from './command-schema.ts';
import { completeRequest, type Completion } from './completion.ts';
import { describeCommand } from './describe-command.ts';
import type { Printer } from './printer.ts';
import { readRequest } from './request-line.ts';
import { givenValues, LineError, splitWords } from './words.ts';

/** Text of `.help`. */
const HELP = `A line is a command with its arguments, in one of these forms:
  device_add driver=virtio-net-pci id=net0
  blockdev-add driver=qcow2 node-name=disk file.driver=file file.filename=disk.qcow2
  device_add {"driver": "virtio-net-pci", "id": "net0"}
  {"exec-oob": "migrate-pause"}
The shell's own lines begin with a dot:
  .help NAME      what a command takes and returns, or what an event has;
                  with further words such as driver=qcow2 for what depends on them
  .commands PART  the commands whose names have PART in them; all without PART
  .hmp            speak to the human monitor from now on
  .qmp            speak QMP again
  .exit           leave; the machine goes on`;

const DOT_COMMANDS = ['.help ', '.commands ', '.hmp', '.qmp', '.exit'];

/** A conversation with a monitor, a typed line at a time. */
export class Conversation {
  /** Whether lines go to the human monitor. */
  hmp: boolean;
  /** Whether a line couldn't be read, or was refused. */
  failed = false;
  /** Whether somebody asked to leave. */
  left = false;
  /** The request of the last line, if it was one. */
  last: QmpRequest | undefined;
  readonly #client: QmpClient<UntypedQapi>;
  readonly #printer: Printer;
  #schema: Promise<CommandSchema | undefined> | undefined;
  #hmpNames: Promise<readonly string[]> | undefined;

  constructor(client: QmpClient, printer: Printer, options: { readonly hmp: boolean }) {
    this.#client = client.untyped;
    this.#printer = printer;
    this.hmp = options.hmp;
  }

  /** Does what a line says, and shows what comes of it. */
  async say(line: string): Promise<void> {
    this.last = undefined;
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return;
    try {
      await (text.startsWith('.') ? this.#obey(text) : this.#send(await this.#read(line)));
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.failed = true;
      this.#printer.problem(error.message);
    }
  }

  /** Completes the word at the end of a line. */
  async complete(line: string): Promise<Completion> {
    if (/^\.\S*$/.test(line)) return [DOT_COMMANDS.filter((name) => name.startsWith(line)), line];
    const about = /^\.(?:help|commands) (.*)$/.exec(line)?.[1]?.trimStart();
    if (this.hmp && about === undefined) {
      if (/\s/.test(line)) return [[], line];
      return [(await this.#humanNames()).filter((name) => name.startsWith(line)), line];
    }
    const schema = await this.schema();
    return schema === undefined ? [[], line] : completeRequest(about ?? line, schema);
  }

  /** Asks the monitor, once, which commands it has and what they take; `undefined` if it doesn't say. */
  schema(): Promise<CommandSchema | undefined> {
    this.#schema ??= this.#client.execute('query-qmp-schema').then(
      (dump) => new CommandSchema(readIntrospection(dump)),
      () => undefined,
    );
    return this.#schema;
  }

  async #read(line: string): Promise<QmpRequest> {
    if (this.hmp) return { execute: 'human-monitor-command', arguments: { 'command-line': line.trim() } };
    return readRequest(line, line.includes('=') ? await this.schema() : undefined);
  }

  async #send(request: QmpRequest): Promise<void> {
    this.last = request;
    const reply = await this.#client.send(request);
    if (reply.error !== undefined) this.failed = true;
    this.#printer.reply(reply);
    if (reply.error?.class === 'CommandNotFound') await this.#suggest(request);
  }

  async #suggest({ execute, 'exec-oob': oob }: QmpRequest): Promise<void> {
    const near = suggest(execute ?? oob ?? '', (await this.schema())?.names ?? []);
    if (near.length > 0) this.#printer.note(`Did you mean ${near.join(' or ')}?`);
  }

  async #obey(text: string): Promise<void> {
    const [verb = '', name, ...words] = splitWords(text).map((word) => word.text);
    switch (verb) {
      case '.exit':
        this.left = true;
        return;
      case '.hmp':
      case '.qmp':
        this.hmp = verb === '.hmp';
        return;
      case '.help':
        return this.#printer.note(name === undefined ? HELP : await this.#describe(name, words));
      case '.commands':
        return this.#printer.note(await this.#list(name ?? ''));
      default:
        throw new LineError(`The shell doesn't have a line ${verb}; .help tells which it has.`);
    }
  }

  async #describe(name: string, words: readonly string[]): Promise<string> {
    const schema = await this.#requireSchema();
    const text = describeCommand(name, schema, givenValues(words));
    if (text !== undefined) return text;
    const near = suggest(name, schema.names);
    const hint = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
    throw new LineError(`The monitor has neither a command nor an event ${name}.${hint}`);
  }

  async #list(part: string): Promise<string> {
    const names = (await this.#requireSchema()).names.filter((name) => name.includes(part));
    if (names.length === 0) throw new LineError(`No command has ${JSON.stringify(part)} in its name.`);
    return names.join('\n');
  }

  async #requireSchema(): Promise<CommandSchema> {
    const schema = await this.schema();
    if (schema === undefined) throw new LineError("The monitor doesn't tell which commands it has.");
    return schema;
  }

  #humanNames(): Promise<readonly string[]> {
    this.#hmpNames ??= this.#client.execute('human-monitor-command', { 'command-line': 'help' }).then(
      (text) => [...String(text).matchAll(/^([a-z][\w-]*)/gm)].map(([, name]) => name!),
      () => [],
    );
    return this.#hmpNames;
  }
}
