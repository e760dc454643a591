import { BrowserHost } from './browser-host.ts';
import { deviceRows, type TreeRow } from './device-rows.ts';
import { readArguments, StartError, VirtualQemu, type QemuProfile } from './internals.ts';

/** A line of the conversation. */
export interface Line {
  readonly kind: 'sent' | 'return' | 'error' | 'event' | 'greeting' | 'printed' | 'end';
  readonly text: string;
}

/** Data of a version: its files, by name. */
export type VersionData = Readonly<Record<string, string>>;

/** What a machine in the playground shows beside its conversation. */
export interface Picture {
  /** Its run state; `ended` if it is over. */
  readonly status: string;
  /** Its devices, or the reason why they aren't known. */
  readonly devices: readonly TreeRow[] | string;
}

/** Where this page is on the QEMU's command line. */
const OURS = ['-qmp', 'stdio'];

/** A QEMU in this page, with the conversation on its monitor. */
export class Session {
  readonly #profile: QemuProfile;
  readonly #host: BrowserHost;
  readonly #say: (line: Line) => void;
  #qemu: VirtualQemu | undefined;
  #ended = false;
  #unread = '';
  #greet: (() => void) | undefined;
  /** Who waits for the next reply. */
  #waiting: (() => void)[] = [];

  constructor(version: string, data: VersionData, say: (line: Line) => void) {
    this.#profile = profileOf(version, data);
    this.#say = say;
    this.#host = new BrowserHost({
      print: (text) => say({ kind: 'printed', text: text.trimEnd() }),
      exit: (code) => this.#end(`The process has ended with exit code ${code}.`),
    });
  }

  /** Whether it is over, or never began. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Sends a line: QMP if it begins with a brace, else a command's name, or a line of the human monitor.
   *
   * @returns Resolves when the reply is there.
   */
  async send(line: string, commands: ReadonlySet<string>): Promise<void> {
    const text = messageOf(line.trim(), commands);
    this.#say({ kind: 'sent', text });
    if (this.#ended) return;
    const replied = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#host.terminal.write(`${text}\n`);
    await replied;
  }

  /** What the machine is now. */
  get picture(): Picture {
    const machine = this.#qemu?.machine;
    if (machine === undefined || this.#ended) return { status: 'ended', devices: [] };
    const status = machine.power.state;
    try {
      return { status, devices: deviceRows(machine.deviceTree) };
    } catch (error) {
      return { status, devices: (error as Error).message };
    }
  }

  /** Ends it without a word. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#qemu?.close();
  }

  /** Starts the QEMU. What it refuses, it says as a line. */
  async start(given: readonly string[]): Promise<void> {
    const args = [...given, ...OURS];
    const profile = this.#profile;
    const { program, file } = this.#host;
    const { plan, printed, refusal, warnings } = readArguments(args, { profile, program, file });
    for (const text of warnings) this.#say({ kind: 'printed', text });
    if (plan === undefined) {
      const text = refusal?.format(program) ?? printed?.text ?? '';
      this.#say({ kind: 'printed', text: text.trimEnd() });
      this.#end(`The process has ended with exit code ${refusal?.code ?? printed?.exitCode ?? 0}.`);
      return;
    }
    this.#host.terminal.on('data', (chunk: Uint8Array) => this.#receive(new TextDecoder().decode(chunk)));
    this.#qemu = new VirtualQemu({ plan, profile, host: this.#host });
    const greeted = new Promise<void>((resolve) => (this.#greet = resolve));
    try {
      await this.#qemu.start();
      await greeted;
      await this.send('{"execute": "qmp_capabilities"}', new Set());
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      this.#say({ kind: 'printed', text: error.format(program).trimEnd() });
      this.#end(`The process has ended with exit code ${error.code}.`);
    }
  }

  #receive(text: string): void {
    const lines = `${this.#unread}${text}`.split('\r\n');
    this.#unread = lines.pop() ?? '';
    for (const line of lines) {
      const kind = kindOf(line);
      this.#say({ kind, text: line });
      if (kind === 'greeting') this.#greet?.();
      if (kind === 'return' || kind === 'error') this.#waiting.shift()?.();
    }
  }

  #end(text: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#say({ kind: 'end', text });
    for (const go of this.#waiting.splice(0)) go();
  }
}

function profileOf(version: string, data: VersionData): QemuProfile {
  const profile = JSON.parse(data['profile.json'] ?? '{}') as Pick<QemuProfile, 'version'>;
  const rules = JSON.parse(data['rules.json'] ?? '{}') as QemuProfile['rules'];
  return { name: version, version: profile.version, rules, read: (file) => data[file] ?? '' };
}

function kindOf(line: string): Line['kind'] {
  const message = JSON.parse(line) as Record<string, unknown>;
  for (const kind of ['return', 'error', 'event'] as const) if (kind in message) return kind;
  return 'greeting';
}

/** The QMP message that a line stands for. */
function messageOf(line: string, commands: ReadonlySet<string>): string {
  if (line.startsWith('{')) return line;
  if (commands.has(line)) return JSON.stringify({ execute: line });
  return JSON.stringify({ execute: 'human-monitor-command', arguments: { 'command-line': line } });
}
