import { stringifyJson } from 'qmp-core/wire';
import { describeDifferences, exactly, Matcher, show, type Difference } from 'qmp-core/matching';
import { placeOf, type Cassette, type EventLine } from './cassette.ts';
import { conversationsOf, type Conversation, type MonitorLine, type Step } from './conversation.ts';
import { CassetteDriftError, recordAgainText } from './errors.ts';

/** One difference between a conversation and the recorded one. */
export interface Drift {
  /** Kind of the difference. */
  readonly kind:
    | 'missing-command'
    | 'extra-command'
    | 'reordered-command'
    | 'changed-arguments'
    | 'changed-reply'
    | 'missing-event'
    | 'extra-event'
    | 'changed-event'
    | 'changed-end';
  /** The line of the recorded cassette that differs, or the line behind something new. */
  readonly line: number;
  /** The difference in words. */
  readonly text: string;
}

/**
 * Lists the differences between a conversation and a recorded one. It ignores times, and the order of the
 * monitor's lines between two commands, because that order doesn't depend on the client.
 *
 * @param recorded - The cassette.
 * @param fresh - The new recording.
 *
 * @example
 * for (const { line, text } of findDrift(readCassette('stop.jsonl'), recorder.cassette())) {
 *   console.log(line, text)
 * }
 */
export function findDrift(recorded: Cassette, fresh: Cassette): Drift[] {
  const [before, after] = [conversationsOf(recorded.lines), conversationsOf(fresh.lines)];
  const found: Drift[] = [];
  for (let at = 0; at < Math.max(before.length, after.length); at++) {
    const last = recorded.lines.at(-1)?.line ?? 1;
    found.push(...new ConversationDrift(before[at] ?? EMPTY, after[at] ?? EMPTY, last).find());
  }
  return found;
}

/**
 * Throws if a conversation differs from a recorded one.
 *
 * @param options.recordAgain - Shell command that records it again, for the message. Default: a
 *   `qmp-mock record` command.
 * @throws CassetteDriftError with each difference and the line of the cassette.
 *
 * @example
 * assertNoDrift(readCassette('stop.jsonl'), recorder.cassette())
 */
export function assertNoDrift(
  recorded: Cassette,
  fresh: Cassette,
  options: { recordAgain?: string | undefined } = {},
): void {
  const drift = findDrift(recorded, fresh);
  if (drift.length === 0) return;
  throw new CassetteDriftError(
    [
      `The conversation no longer matches the one in ${recorded.file ?? 'the cassette'}:`,
      ...drift.map(({ line, text }) => `  ✗ ${placeOf(recorded, line)} ${text}`),
      recordAgainText(options.recordAgain),
    ].join('\n'),
  );
}

const EMPTY: Conversation = { greeting: undefined, lead: [], steps: [] };

class ConversationDrift {
  readonly #before: Conversation;
  readonly #after: Conversation;
  readonly #last: number;
  readonly #found: Drift[] = [];

  constructor(before: Conversation, after: Conversation, last: number) {
    this.#before = before;
    this.#after = after;
    this.#last = last;
  }

  find(): Drift[] {
    this.#compareSaid(this.#before.lead, this.#after.lead, this.#before.greeting?.line ?? 1);
    const [before, after] = [this.#before.steps, this.#after.steps];
    const twins = pairUp(before, after);
    const pairedNow = new Map([...twins].map(([then, now]) => [now, then]));
    let furthest = -1;
    for (const [at, now] of after.entries()) {
      const then = pairedNow.get(at);
      if (then === undefined) {
        const next = before[furthest + 1]?.command.line ?? this.#last;
        this.#add('extra-command', next, `lacks the command ${titleOf(now)}, which comes there now`);
        continue;
      }
      const was = before[then]!;
      if (then < furthest) {
        this.#add(
          'reordered-command',
          was.command.line,
          `${titleOf(was)} comes later now, behind ${titleOf(before[furthest]!)}`,
        );
      }
      furthest = Math.max(furthest, then);
      this.#compareSteps(was, now);
    }
    for (const [at, was] of before.entries()) {
      if (!twins.has(at)) this.#add('missing-command', was.command.line, `${titleOf(was)} no longer comes`);
    }
    return this.#found.toSorted((a, b) => a.line - b.line);
  }

  #compareSteps(was: Step, now: Step): void {
    const { line, name } = was.command;
    const changed = differences(was.command.args ?? {}, now.command.args ?? {});
    if (changed.length > 0) {
      this.#add(
        'changed-arguments',
        line,
        `${name} has other arguments now: ${describeDifferences(changed).join('; ')}`,
      );
    }
    const [then, reply] = [was.reply, now.reply];
    if (then !== undefined || reply !== undefined) {
      const before = { return: then?.result, error: then?.error };
      const found = differences(before, { return: reply?.result, error: reply?.error });
      if (found.length > 0) {
        this.#add(
          'changed-reply',
          then?.line ?? line,
          `${name} is answered otherwise now: ${describeDifferences(found).join('; ')}`,
        );
      }
    }
    this.#compareSaid(was.said, now.said, line);
  }

  /** Compares events and ends. Replies are compared with their commands. */
  #compareSaid(before: readonly MonitorLine[], after: readonly MonitorLine[], line: number): void {
    const now = after.filter((one) => one.kind === 'event');
    const open: EventLine[] = [];
    for (const event of before.filter((one) => one.kind === 'event')) {
      const same = now.findIndex((one) => textOf(one) === textOf(event));
      if (same < 0) open.push(event);
      else now.splice(same, 1);
    }
    for (const event of open) {
      const at = now.findIndex(({ name }) => name === event.name);
      if (at < 0) {
        this.#add('missing-event', event.line, `the event ${textOf(event)} no longer comes`);
        continue;
      }
      const [other] = now.splice(at, 1);
      const found = differences(event.data ?? {}, other!.data ?? {});
      this.#add(
        'changed-event',
        event.line,
        `the event ${event.name} has other data now: ${describeDifferences(found).join('; ')}`,
      );
    }
    for (const event of now) this.#add('extra-event', line, `is followed by a new event ${textOf(event)}`);
    const [end, ends] = [before.find((one) => one.kind === 'end'), after.find((one) => one.kind === 'end')];
    if (end?.by !== ends?.by) {
      this.#add(
        'changed-end',
        end?.line ?? line,
        `${who(ends?.by)} ends the conversation now, ${who(end?.by)} did when it was recorded`,
      );
    }
  }

  #add(kind: Drift['kind'], line: number, text: string): void {
    this.#found.push({ kind, line, text });
  }
}

/** Finds the new step of each recorded one: by the whole command first, then by name. Gives positions. */
function pairUp(before: readonly Step[], after: readonly Step[]): Map<number, number> {
  const twins = new Map<number, number>();
  const taken = new Set<number>();
  const texts = after.map(commandText);
  const claim = (fits: (was: Step, now: number) => boolean): void => {
    for (const [at, was] of before.entries()) {
      if (twins.has(at)) continue;
      const twin = after.findIndex((_, now) => !taken.has(now) && fits(was, now));
      if (twin < 0) continue;
      twins.set(at, twin);
      taken.add(twin);
    }
  };
  claim((was, now) => commandText(was) === texts[now]);
  // With other arguments it is the same command only if it stands between the same others.
  claim((was, now) => {
    if (was.command.name !== after[now]!.command.name) return false;
    const at = before.indexOf(was);
    return [...twins].every(([then, twin]) => then < at === twin < now);
  });
  return twins;
}

const who = (by: string | undefined): string => (by === undefined ? 'nobody' : `the ${by}`);

function commandText({ command }: Step): string {
  return stringifyJson([command.name, command.oob, command.args ?? {}]);
}

function textOf({ name, data }: EventLine): string {
  return data === undefined ? name : `${name} ${stringifyJson(data)}`;
}

function titleOf({ command }: Pick<Step, 'command'>): string {
  return command.args === undefined ? command.name : `${command.name} ${show(command.args)}`;
}

/** Lists the changes, including new members. */
const differences = (before: unknown, now: unknown): Difference[] =>
  new Matcher(exactly(before)).differences(now);
