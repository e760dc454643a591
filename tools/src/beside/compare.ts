import { foldLine, foldOutput, matchesEither, messageKind, saysTheSame } from './fold.ts';
import type { Answer, Transcript } from './play.ts';
import type { Session, Step } from './session.ts';

/** How the stand-in did in one pair: see docs/fidelity.md. */
export type PairClass = 'identical' | 'honest' | 'silent' | 'other words' | 'varies' | 'excluded';

/** One start, or one command's answer and events, of both programs. */
export interface Pair {
  readonly class: PairClass;
  /** The stand-in had said "not modelled" to a command that changed QEMU's state before. */
  readonly tainted: boolean;
  /** `(start)` or the command. */
  readonly command: string;
  /** Position in the session: −1 is the start. */
  readonly at: number;
  /** Kind of the difference: mostly the same for those with the same cause. */
  readonly kind: string;
  readonly real: string;
  readonly standIn: string;
}

/** Default text of the stand-in's honest answers. */
export const HONEST = /qmp-mock does not model/;

/** Commands that leave a machine as it was. */
const READS =
  /^(query-|qom-list|qom-get|device-list-properties|x-query-|x-debug-query|trace-event-get|ringbuf-read$)/;

/**
 * The pairs of a session.
 *
 * @param again - A second account of QEMU's, once a first comparison has shown a difference: if QEMU differs
 *   from itself, the pair says nothing.
 */
export function comparePairs(
  session: Session,
  real: Transcript,
  standIn: Transcript,
  honest: RegExp,
  again?: Transcript,
): Pair[] {
  const pairs: Pair[] = [compareStart(real, standIn, honest, again)];
  if (real.start.up !== true || standIn.start.up !== true) return pairs;
  let tainted = false;
  for (const [at, step] of session.steps.entries()) {
    const [ours, theirs] = [standIn.answers[at], real.answers[at]];
    if (ours === undefined || theirs === undefined) break;
    const pair = compareAnswer(step, at, theirs, ours, honest, again?.answers[at], tainted);
    pairs.push(pair);
    if (pair.class === 'honest' && changes(step) && !refuses(step, theirs)) tainted = true;
  }
  return pairs;
}

function compareStart(
  real: Transcript,
  standIn: Transcript,
  honest: RegExp,
  again: Transcript | undefined,
): Pair {
  const theirs = startText(real);
  const ours = startText(standIn);
  const pair = (kind: PairClass, what: string): Pair => ({
    class: kind,
    tainted: false,
    command: '(start)',
    at: -1,
    kind: what,
    real: theirs,
    standIn: ours,
  });
  if (crashed(real)) return pair('excluded', 'QEMU crashes or hangs');
  if (theirs === ours) return pair('identical', '');
  if (again !== undefined && startText(again) !== theirs)
    return startText(again) === ours ? pair('identical', '') : pair('varies', 'QEMU itself varies');
  if (honest.test(ours)) return pair('honest', messageKind(notModelled(ours)));
  if (standIn.start.up === 'hangs') return pair('silent', 'the stand-in hangs');
  if (theirs === 'up') return pair('silent', `QEMU is up; ours: ${lastLine(ours)}`);
  if (ours === 'up')
    return /^exit 0$/m.test(theirs)
      ? pair('other words', `QEMU ends with 0; ours is up`)
      : pair('silent', `ours is up; QEMU: ${lastLine(theirs)}`);
  return pair('other words', `QEMU: ${lastLine(theirs)} | ours: ${lastLine(ours)}`);
}

function crashed({ start }: Transcript): boolean {
  return start.up === 'hangs' || (!start.up && typeof start.code === 'string');
}

function startText({ start }: Transcript): string {
  if (start.up === true) return 'up';
  return start.up === 'hangs' ? 'hangs' : `exit ${start.code}\n${foldOutput(start.output)}`;
}

const lastLine = (text: string): string =>
  messageKind(
    (text.split('\n').findLast((line) => !line.includes('warning:')) ?? '').replace(
      /^QEMU: (-\S+) .*?: /,
      '$1 …: ',
    ),
  );
const notModelled = (text: string): string =>
  /(?:\\"|[^"\n])*does not model(?:\\"|[^"\n])*/.exec(text)?.[0].replaceAll('\\"', '"') ?? text.slice(0, 200);

function compareAnswer(
  step: Step,
  at: number,
  real: Answer,
  standIn: Answer,
  honest: RegExp,
  again: Answer | undefined,
  tainted: boolean,
): Pair {
  const theirs = answerText(real);
  const ours = answerText(standIn);
  const pair = (kind: PairClass, what: string): Pair => ({
    class: kind,
    tainted,
    command: step.execute,
    at,
    kind: what,
    real: theirs,
    standIn: ours,
  });
  if (real.hangs || (real.closed && real.reply === undefined && !/quit/.test(JSON.stringify(step))))
    return pair('excluded', 'QEMU crashes or hangs');
  if (theirs === ours) return pair('identical', '');
  if (again !== undefined && matchesEither(theirs, answerText(again), ours)) return pair('identical', '');
  if (honest.test(ours)) return pair('honest', messageKind(notModelled(ours)));
  if (again !== undefined && !saysTheSame(theirs, answerText(again)))
    return pair('varies', 'QEMU itself varies');
  if (standIn.hangs) return pair('silent', 'the stand-in hangs');
  if (standIn.closed && standIn.reply === undefined) return pair('silent', 'the stand-in ends');
  const [theyRefuse, weRefuse] = [refuses(step, real), refuses(step, standIn)];
  const said = (answer: Answer): string => messageKind(messageOf(answer));
  if (theyRefuse !== weRefuse)
    return pair(
      'silent',
      theyRefuse ? `ours succeeds; QEMU: ${said(real)}` : `QEMU succeeds; ours: ${said(standIn)}`,
    );
  if (theyRefuse) return pair('other words', `QEMU: ${said(real)} | ours: ${said(standIn)}`);
  const sameReply = foldLine(real.reply ?? '') === foldLine(standIn.reply ?? '');
  if (!sameReply) return pair('other words', `content${emptiness(standIn.reply)}${detail(step)}`);
  return pair(
    'other words',
    Boolean(real.closed) === Boolean(standIn.closed)
      ? `events: QEMU ${eventNames(real)}; ours ${eventNames(standIn)}`
      : `only ${real.closed ? 'QEMU' : 'the stand-in'} ends`,
  );
}

const emptiness = (reply: string | undefined): string =>
  /"return": ?(\[\]|\{\}|"")/.test(reply ?? '') ? ' (ours is empty)' : '';

function detail({ execute, arguments: args }: Step): string {
  if (execute === 'human-monitor-command')
    return `: ${String(args?.['command-line'])
      .trim()
      .split(/\s+/)
      .slice(0, String(args?.['command-line']).trim().startsWith('info') ? 2 : 1)
      .join(' ')}`;
  if (execute === 'qom-get') return `: ${String(args?.['property'])}`;
  return '';
}

const eventNames = ({ events }: Answer): string =>
  events
    .map((line) => {
      const found = /"event": ?"([^"]*)"/.exec(line)?.[1];
      return found === 'JOB_STATUS_CHANGE'
        ? `${found}(${/"status": ?"([^"]*)"/.exec(line)?.[1] ?? ''})`
        : found;
    })
    .join(' ')
    .slice(0, 160) || '(none)';

const DELETED = '"DEVICE_DELETED"';

/**
 * Reply, events and end, as one JSON text. Firmware resets the machine when it likes: that is left out. QEMU
 * tells of a deleted device from a thread of its own, before or after what else happens: that comes last.
 */
function answerText({ reply, events, closed, hangs }: Answer): string {
  const lines = events.filter((line) => !(line.includes('"RESET"') && line.includes('"guest-reset"')));
  return JSON.stringify({
    reply: reply === undefined ? null : (JSON.parse(foldLine(reply)) as unknown),
    events: [
      ...lines.filter((line) => !line.includes(DELETED)),
      ...lines.filter((line) => line.includes(DELETED)),
    ].map((line) => JSON.parse(foldLine(line)) as unknown),
    ...(closed ? { closed } : {}),
    ...(hangs ? { hangs } : {}),
  });
}

/** Whether the machine is another one after the command, if it succeeds. */
function changes(step: Step): boolean {
  if (step.execute !== 'human-monitor-command') return !READS.test(step.execute);
  return !/^\s*(info|help|\?|print|p|x|xp|qom-list|qom-get|i)\b/.test(
    String(step.arguments?.['command-line']),
  );
}

/**
 * Whether the answer is a refusal. The human monitor's are texts: any text of a command that changes
 * something.
 */
function refuses(step: Step, { reply }: Answer): boolean {
  if (reply === undefined) return false;
  if ('error' in (JSON.parse(reply) as object)) return true;
  if (step.execute !== 'human-monitor-command') return false;
  const text = messageOf({ reply, events: [] }).trim();
  return changes(step)
    ? text !== '' && text !== 'OK'
    : /^(Error|unknown command|.*: unknown|Device '.*' not found)/.test(text);
}

function messageOf({ reply }: Answer): string {
  const value = JSON.parse(reply ?? '{}') as { error?: { class: string; desc: string }; return?: unknown };
  if (value.error)
    return value.error.class === 'GenericError'
      ? value.error.desc
      : `${value.error.class}: ${value.error.desc}`;
  return typeof value.return === 'string' ? value.return.trim() : 'an answer';
}
