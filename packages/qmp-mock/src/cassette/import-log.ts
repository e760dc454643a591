import { greetingFault, parseJson, stringifyJson, type JsonObject, type JsonValue } from 'qmp-core/wire';
import type { Cassette } from './cassette.ts';
import { CassetteRecorder, type CassetteRecorderOptions } from './recorder.ts';

/** Options of {@link importLog}. */
export interface ImportLogOptions extends Omit<CassetteRecorderOptions, 'now'> {
  /** Name of the machine in the log. Default: the first one with messages. */
  readonly machine?: string | undefined;
}

/** One message of a log. */
interface Logged {
  readonly at: number | undefined;
  readonly direction: 'out' | 'in';
  readonly message: JsonObject;
  /** Number of its line, from 1. */
  readonly line: number;
}

/** One machine of a log. */
interface LoggedMachine {
  readonly name: string;
  commandLine: string[] | undefined;
  readonly messages: Logged[];
}

/**
 * Makes a cassette from the log of a failed run: a file of `qmp-logs/`, or any text whose lines have a
 * direction and a message (`→`, `>>>` for sent ones; `←`, `⚡`, `<<<` for received ones), as `NODE_DEBUG=qmp`
 * prints them.
 *
 * @throws RangeError if the log lacks messages or the machine, or has an invalid greeting or a number that
 *   JSON can't express.
 * @example
 * saveCassette('repro.jsonl', importLog(readFileSync('qmp-logs/backup-fails-12_0.log', 'utf8')))
 */
export function importLog(text: string, options: ImportLogOptions = {}): Cassette {
  const machines = readLog(text);
  const found =
    options.machine === undefined
      ? machines.find(({ messages }) => messages.length > 0)
      : machines.find(({ name }) => name === options.machine);
  if (found === undefined || found.messages.length === 0) {
    const names = machines
      .filter(({ messages }) => messages.length > 0)
      .map(({ name }) => JSON.stringify(name));
    throw new RangeError(
      names.length === 0
        ? 'The log has no QMP messages: each stands on a line, behind →, ←, ⚡, >>> or <<<'
        : `The log has no machine ${JSON.stringify(options.machine)} with messages; it has ${names.join(', ')}`,
    );
  }
  let now = 0;
  const recorder = new CassetteRecorder({
    ...options,
    commandLine: options.commandLine ?? found.commandLine,
    now: () => now,
  });
  for (const { at, direction, message, line } of found.messages) {
    now = at ?? now;
    const fault = Object.hasOwn(message, 'QMP') ? greetingFault(message) : undefined;
    if (fault !== undefined)
      throw new RangeError(`Line ${line} of the log is not a greeting of QEMU: ${fault}`);
    try {
      stringifyJson(message);
    } catch (error) {
      throw new RangeError(`Line ${line} of the log cannot be kept: ${(error as Error).message}`, {
        cause: error,
      });
    }
    recorder.record(direction, message);
  }
  recorder.seal();
  return recorder.cassette();
}

/** The mark before a message (sent, received, event) in a log and in the output of `NODE_DEBUG=qmp`. */
const ARROW = /(?<!\S)(→|←|⚡|>>>|<<<)\s+(?=\{)/;

function readLog(text: string): LoggedMachine[] {
  const machines: LoggedMachine[] = [];
  let section = '';
  text.split('\n').forEach((line, at) => {
    const head = /^== (.+?): /.exec(line);
    if (head !== null) {
      machines.push({ name: head[1]!, commandLine: undefined, messages: [] });
      section = '';
      return;
    }
    const title = /^-- (.+)$/.exec(line);
    if (title !== null) {
      section = title[1]!;
      return;
    }
    if (machines.length === 0) machines.push({ name: 'log', commandLine: undefined, messages: [] });
    const machine = machines.at(-1)!;
    if (section === 'command line' && machine.commandLine === undefined && line.trim() !== '') {
      machine.commandLine = unquote(line);
      return;
    }
    // QEMU's own output isn't a message, whatever it looks like.
    if (section === 'stderr') return;
    const message = readMessage(line, at + 1);
    if (message !== undefined) machine.messages.push(message);
  });
  return machines;
}

function readMessage(text: string, line: number): Logged | undefined {
  const shown = text.trimEnd();
  const found = ARROW.exec(shown);
  if (found === null || !shown.endsWith('}')) return undefined;
  let message: JsonValue;
  try {
    message = parseJson(shown.slice(found.index + found[0].length));
  } catch {
    return undefined;
  }
  const direction = found[1] === '→' || found[1] === '>>>' ? 'out' : 'in';
  return { at: timeOf(shown.slice(0, found.index)), direction, message: message as JsonObject, line };
}

/** The time before an arrow: `12.5 ms #1`. */
function timeOf(head: string): number | undefined {
  const words = head.trimEnd().split(/\s+/);
  if (/^#\d+$/.test(words.at(-1)!)) words.pop();
  const [number = '', unit] = words.slice(-2);
  return unit === 'ms' && /^\d+(?:\.\d+)?$/.test(number) ? Number(number) : undefined;
}

/** Splits a command line that was quoted for a POSIX shell. */
function unquote(line: string): string[] {
  const words = line.trim().match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /'([^']*)'|"([^"]*)"|\\(.)/g,
      (_, single?: string, double?: string, escaped?: string) => single ?? double ?? escaped ?? '',
    ),
  );
}
