import type { CassetteLine, CommandLine, EndLine, EventLine, GreetingLine, ReplyLine } from './cassette.ts';

/** A command with its reply, if it got one. */
export interface Exchange {
  readonly command: CommandLine;
  readonly reply: ReplyLine | undefined;
}

/** A line of the monitor. */
export type MonitorLine = ReplyLine | EventLine | EndLine;

/** A command, and everything that the monitor said between it and the next command. */
export interface Step extends Exchange {
  /**
   * The monitor's lines of this time, in order: its own reply (unless that took longer), events, and replies
   * to earlier commands.
   */
  readonly said: readonly MonitorLine[];
}

/** One client's time with the monitor. */
export interface Conversation {
  readonly greeting: GreetingLine | undefined;
  /** The monitor's lines before the first command. */
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
