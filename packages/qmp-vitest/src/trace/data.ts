import { visible } from 'qmp-core/redact';
import type { ToldTest } from '../report/observers.ts';
import type { MachineStory } from '../report/story.ts';
import { momentsOf, type TraceMoment, type TracePicture } from './moments.ts';
import { describeEntries, understandEntries } from '../transcript/print.ts';

/** A trace: all that its page shows. Plain JSON. */
export interface TraceData {
  /** Names of the suites and of the test, outermost first. */
  readonly names: readonly string[];
  readonly file: string;
  readonly attempt: number;
  readonly state: 'failed' | 'passed';
  readonly errors: readonly string[];
  /** How long the test took, in ms. */
  readonly duration: number | null;
  readonly machines: readonly TraceMachine[];
}

/** A machine of a trace. */
export interface TraceMachine {
  readonly name: string;
  readonly what: string;
  readonly messages: readonly TraceMessage[];
  /** Its state, devices and drives, from one change to the next. */
  readonly moments: readonly TraceMoment[];
  /** The pictures that were on its screen. */
  readonly pictures: readonly TracePicture[];
  /** Headings and texts: command line, stderr, exit, findings. */
  readonly facts: readonly { readonly title: string; readonly text: string }[];
}

/** A message of a trace. */
export interface TraceMessage {
  /** Time since the first message of all, in ms; `null` if it isn't known. */
  readonly at: number | null;
  readonly kind: 'command' | 'reply' | 'error' | 'event' | 'greeting' | 'note' | 'other';
  /** Name of the command or event; of a reply, its command's. */
  readonly name: string;
  /** The message in words, on one line. */
  readonly line: string;
  /** The whole message, indented if it is JSON. */
  readonly text: string;
  /** Number of the connection. */
  readonly connection: number;
  /** Index of the command that it answers, or of the reply that answers it. */
  readonly partner: number | null;
  /** Index of the moment at which it came; `null` if that isn't known. */
  readonly moment: number | null;
}

/** Makes a trace of a test. */
export function traceOf(test: ToldTest): TraceData {
  const starts = test.machines.flatMap(({ began = 0, entries: [first] }) =>
    first?.at === undefined ? [] : [began + first.at],
  );
  const origin = Math.min(...starts);
  return {
    names: test.names,
    file: test.file,
    attempt: test.attempt,
    state: test.state,
    errors: test.errors.map((error) => visible(error)),
    duration: test.duration ?? null,
    machines: test.machines.map((machine) => traceMachine(machine, origin)),
  };
}

function traceMachine(story: MachineStory, origin: number): TraceMachine {
  const offset = (story.began ?? 0) - origin;
  const lines = describeEntries(story.entries);
  const understood = understandEntries(story.entries);
  const replies = new Map(
    understood.flatMap(({ command }, index) => (command === undefined ? [] : [[command, index]])),
  );
  const { moments, pictures, of } = momentsOf(story.entries);
  return {
    name: story.name,
    what: story.what,
    messages: understood.map(({ entry, parts, command }, index) => ({
      at: entry.at === undefined ? null : entry.at + offset,
      kind: entry.direction === 'note' ? 'note' : parts.kind === 'return' ? 'reply' : parts.kind,
      name: command === undefined ? parts.name : (understood[command]?.parts.name ?? ''),
      line: lines[index]?.text ?? '',
      text: visible(indented(entry.text)),
      connection: entry.connection ?? 0,
      partner: command ?? replies.get(index) ?? null,
      moment: of[index] ?? null,
    })),
    moments,
    pictures,
    facts: [
      ...fact('findings', story.findings),
      ...fact('command line', story.commandLine),
      ...fact('to try it by hand', story.byHand),
      ...fact('exit', story.exit),
      ...fact('stderr', story.stderr),
    ],
  };
}

const fact = (title: string, text: string | undefined): { title: string; text: string }[] =>
  text === undefined || text.trim() === '' ? [] : [{ title, text: text.trimEnd() }];

/** Levels of nesting that are indented; a deeper message stays as it was sent. */
const DEEPEST = 40;

/** Indents JSON without reading its values, so that integers of any size stay as they were sent. */
function indented(json: string): string {
  let text = '';
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[^"{}[\],:]+|[^]/g)) {
    if (token === '{' || token === '[') {
      depth += 1;
      if (depth > DEEPEST) return json;
      text += `${token}\n${'  '.repeat(depth)}`;
    } else if (token === '}' || token === ']') {
      depth = Math.max(0, depth - 1);
      const isEmpty = /[{[]\n *$/.test(text.slice(-2 * DEEPEST - 8));
      text = isEmpty ? text.trimEnd() + token : `${text}\n${'  '.repeat(depth)}${token}`;
    } else if (token === ',') text += `,\n${'  '.repeat(depth)}`;
    else if (token === ':') text += ': ';
    else text += token.startsWith('"') ? token : token.trim();
  }
  return text;
}
