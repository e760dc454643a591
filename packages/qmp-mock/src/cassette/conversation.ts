import type { CassetteLine, CommandLine, EndLine, EventLine, GreetingLine, ReplyLine } from './cassette.ts';

/** A command with its reply, where it got one. */
export interface Exchange {
  readonly command: CommandLine;
  readonly reply: ReplyLine | undefined;
}

/** Something that the monitor says or does. */
export type MonitorLine = ReplyLine | EventLine | EndLine;

/** A command, and all that the monitor said from then to the next command. */
export interface Step extends Exchange {
  /** What was said in this time, in order: its own reply (unless that took longer), events, replies to commands before it. */
  readonly said: readonly MonitorLine[];
}

/** One client's time with the monitor. */
export interface Conversation {
  readonly greeting: GreetingLine | undefined;
  /** What the monitor said before the first command. */
  readonly lead: readonly MonitorLine[];
  readonly steps: readonly Step[];
}

/** Each command of some lines with its reply. */
export function pairs(lines: readonly CassetteLine[]): Exchange[] {
  return conversationsOf(lines).flatMap(({ steps }) => steps);
}

/** The conversations of a cassette, one after the other. */
export function conversationsOf(lines: readonly CassetteLine[]): Conversation[] {
  const conversations: { greeting: GreetingLine | undefined; lead: MonitorLine[]; steps: OpenStep[] }[] = [];
  let open: OpenStep[] = [];
  for (const line of lines) {
    if (line.kind === 'greeting' || conversations.length === 0) {
      conversations.push({ greeting: line.kind === 'greeting' ? line : undefined, lead: [], steps: [] });
      open = [];
      if (line.kind === 'greeting') continue;
    }
    const { lead, steps } = conversations.at(-1)!;
    if (line.kind === 'command') {
      const step: OpenStep = { command: line, reply: undefined, said: [] };
      steps.push(step);
      open.push(step);
      continue;
    }
    if (line.kind === 'reply') {
      const at = open.findIndex(({ command }) => command.label === line.label);
      const [answered] = at < 0 ? [] : open.splice(at, 1);
      if (answered !== undefined) answered.reply = line;
    }
    (steps.at(-1)?.said ?? lead).push(line);
  }
  return conversations;
}

interface OpenStep {
  readonly command: CommandLine;
  reply: ReplyLine | undefined;
  readonly said: MonitorLine[];
}
