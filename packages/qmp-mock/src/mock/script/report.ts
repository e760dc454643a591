import { suggest } from 'qmp-core/internal';
import { describeDifferences, show } from 'qmp-core/matching';
import { Redactor, visible } from 'qmp-core/redact';
import type { ReceivedCommand } from '../journal/received.ts';
import { timesText, type ExpectedCommand } from './expected-command.ts';
import type { ScriptOutcome, UnhandledCommand } from './script-outcome.ts';
import { describeWaiting, type WaitingDelay } from './waiting.ts';

/** Number of nearest candidates that a report shows. */
const CANDIDATES = 3;

/** Input of a report. */
export interface ReportInput {
  readonly outcome: ScriptOutcome;
  readonly received: readonly ReceivedCommand[];
  /** Names of the commands of the mock's version. */
  readonly commandNames: () => Iterable<string>;
  /** The mock's version. */
  readonly version: string;
  /** Other problems. */
  readonly problems: readonly string[];
  /** The delays that wait for the mock's clock. */
  readonly waiting: readonly WaitingDelay[];
}

/** Reports every deviation from the script, or gives `undefined` if all is well. */
export function report(input: ReportInput): string | undefined {
  const sections = sectionsOf(input);
  if (sections.length === 0) return undefined;
  const waiting = describeWaiting(input.waiting);
  if (waiting.length > 0) sections.push(waiting);
  return textOf(['The mock was not used as scripted.', ...sections.map((lines) => lines.join('\n'))], input);
}

/**
 * Explains why a test may have failed: with everything in {@link report}, and with the delays that wait for
 * the clock even if there is nothing else. Gives `undefined` if there is nothing to say.
 */
export function explanations(input: ReportInput): string | undefined {
  const sections = [...sectionsOf(input), describeWaiting(input.waiting)].filter(({ length }) => length > 0);
  if (sections.length === 0) return undefined;
  return textOf(
    sections.map((lines) => lines.join('\n')),
    input,
  );
}

function sectionsOf(input: ReportInput): string[][] {
  const { outcome } = input;
  const sections: string[][] = [];
  const unmet = outcome.expected.filter((expected) => !expected.satisfied || expected.surplus > 0);
  if (unmet.length > 0) {
    sections.push([
      heading(unmet.length, 'expectation', 'not met'),
      ...unmet.flatMap((expected) => describeUnmet(expected, input)),
    ]);
  }
  const early = outcome.expected.filter((expected) => expected.early.length > 0);
  if (early.length > 0) {
    sections.push([heading(early.length, 'command', 'out of order'), ...early.flatMap(describeEarly)]);
  }
  const stuck = outcome.dialogues.filter((dialogue) => !dialogue.finished);
  if (stuck.length > 0) {
    sections.push([
      heading(stuck.length, 'scenario', 'not played to the end'),
      ...stuck.flatMap((d) => describeStuck(d, input)),
    ]);
  }
  const unhandled = [...outcome.unhandledCommands.values()];
  const unknown = unhandled.filter(({ what }) => what === undefined);
  if (unknown.length > 0) {
    sections.push([
      heading(unknown.length, 'command', `that QEMU ${input.version} does not have`),
      ...unknown.flatMap((command) => describeUnhandled(command, input)),
    ]);
  }
  const notModelled = unhandled.filter(({ what }) => what !== undefined);
  if (notModelled.length > 0) {
    sections.push([
      heading(notModelled.length, 'command', 'that the mock could not answer'),
      ...notModelled.flatMap((command) => describeUnhandled(command, input)),
    ]);
  }
  if (outcome.failures.length > 0) {
    sections.push([
      heading(outcome.failures.length, 'mistake', 'in the script'),
      ...outcome.failures.map((text) => `  ✗ ${text}`),
    ]);
  }
  if (input.problems.length > 0) {
    sections.push([
      heading(input.problems.length, 'problem', 'with a connection'),
      ...input.problems.map((text) => `  ✗ ${text}`),
    ]);
  }
  return sections;
}

/**
 * Formats a report. A value that differs from an expected secret stands in it without its name, so the
 * received secrets are hidden by their value.
 */
function textOf(parts: readonly string[], { received }: ReportInput): string {
  const redactor = new Redactor();
  for (const { execute, arguments: args } of received) redactor.message({ execute, arguments: args ?? {} });
  return redactor.text(visible(parts.join('\n\n')));
}

function heading(count: number, what: string, rest: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'} ${rest}:`;
}

function describeUnmet(expected: ExpectedCommand, input: ReportInput): string[] {
  const lines = [`  ✗ ${expected.title} — ${expected.account}`, ...definedAt(expected.site)];
  if (expected.surplus > 0) {
    lines.push(
      `      it was used up when ${expected.surplus === 1 ? 'one more call' : `${expected.surplus} more calls`} came`,
    );
    return lines;
  }
  const near = input.received
    .filter((command) => command.execute === expected.name)
    .map((command) => ({ command, found: expected.differences(command.arguments ?? {}) }))
    .filter(({ found }) => found.length > 0)
    .toSorted((a, b) => a.found.length - b.found.length)
    .slice(0, CANDIDATES);
  for (const { command, found } of near) {
    lines.push(`      came instead: ${titleOf(command.execute, command.arguments)}`);
    for (const line of describeDifferences(found)) lines.push(`        ${line}`);
  }
  if (near.length > 0) return lines;
  const names = new Set(input.received.map((command) => command.execute));
  const [similar] = suggest(expected.name, names, 1);
  if (similar !== undefined) lines.push(`      ${similar} came; is the name right?`);
  else if (names.size === 0) lines.push('      no command came at all');
  const known = new Set(input.commandNames());
  if (!known.has(expected.name)) {
    const [meant] = suggest(expected.name, known, 1);
    lines.push(
      `      QEMU ${input.version} has no command ${expected.name}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  }
  return lines;
}

function describeEarly(expected: ExpectedCommand): string[] {
  const before = [...new Set(expected.early)];
  return [`  ✗ ${expected.title} — came before ${before.join(', ')}`, ...definedAt(expected.site)];
}

function describeStuck(dialogue: ScriptOutcome['dialogues'][number], input: ReportInput): string[] {
  const next = dialogue.next!;
  const step = dialogue.steps.indexOf(next) + 1;
  const lines = [
    `  ✗ ${dialogue.name} — stands at step ${step} of ${dialogue.steps.length}, in state '${dialogue.state}', waiting for ${next.title}`,
    ...definedAt(next.site),
  ];
  const last = input.received
    .slice(-CANDIDATES)
    .map((command) => titleOf(command.execute, command.arguments));
  lines.push(
    last.length === 0 ? '      no command came at all' : `      the last that came: ${last.join(', ')}`,
  );
  return lines;
}

interface Candidate {
  readonly title: string;
  readonly reasons: readonly string[];
}

function describeUnhandled(command: UnhandledCommand, input: ReportInput): string[] {
  const often = command.count === 1 ? '' : ` (${timesText(command.count)})`;
  const lines = [`  ✗ ${titleOf(command.name, command.args)}${often}`];
  const { name, what } = command;
  if (what === undefined) {
    const near = suggest(command.name, input.commandNames());
    const meant = near.length === 0 ? '' : `; did you mean ${near.join(', ')}?`;
    lines.push(`      QEMU ${input.version} has no such command${meant}`);
  } else {
    lines.push(`      qmp-mock does not model ${what}`);
  }
  for (const candidate of nearest(command, input.outcome)) {
    lines.push(`      nearest: ${candidate.title}`);
    for (const reason of candidate.reasons) lines.push(`        ${reason}`);
  }
  lines.push(
    what === undefined
      ? `      script it by mock.handle('${name}', …, { unchecked: true }), or let it pass by mock.allow('${name}')`
      : `      script it by mock.handle('${name}', …); for code that merely probes, mock.expect('${name}').notModelled()`,
  );
  return lines;
}

/**
 * Finds the nearest candidates of the script, with the reasons why each didn't answer, fewest reasons first.
 */
function nearest(command: UnhandledCommand, outcome: ScriptOutcome): Candidate[] {
  const candidates: Candidate[] = [];
  const scripted: { kind: string; expected: ExpectedCommand }[] = [
    ...outcome.expected.map((expected) => ({ kind: 'expectation', expected })),
    ...outcome.dialogues.flatMap((dialogue) =>
      [...dialogue.commands()].map((expected) => ({ kind: `scenario '${dialogue.name}'`, expected })),
    ),
  ];
  for (const { kind, expected } of scripted) {
    const reasons: string[] = [];
    if (expected.name !== command.name) {
      if (suggest(command.name, [expected.name], 1).length === 0) continue;
      reasons.push(`its name is ${expected.name}`);
    }
    reasons.push(...describeDifferences(expected.differences(command.args ?? {})));
    if (expected.exhausted) reasons.push(`it was used up: it answered ${timesText(expected.calls)}`);
    if (reasons.length === 0) reasons.push('it was not its turn');
    candidates.push({ title: `${kind} ${expected.title}${placeText(expected.site)}`, reasons });
  }
  for (const [name, handlers] of outcome.handlers) {
    if (name !== command.name && suggest(command.name, [name], 1).length === 0) continue;
    for (const handler of handlers) {
      const reasons = name === command.name ? [] : [`its name is ${name}`];
      if (handler.usedUp) reasons.push(`it was used up: it answers once`);
      else if (name === command.name)
        reasons.push(`it was used up: it answered ${timesText(handler.answerer.calls)}`);
      candidates.push({ title: `handler of ${name}${placeText(handler.site)}`, reasons });
    }
  }
  return candidates.toSorted((a, b) => a.reasons.length - b.reasons.length).slice(0, CANDIDATES);
}

function titleOf(name: string, args: unknown): string {
  const none =
    args === undefined || (typeof args === 'object' && args !== null && Object.keys(args).length === 0);
  return none ? name : `${name} ${show(args)}`;
}

function definedAt(site: { toString(): string }): string[] {
  const place = String(site);
  return place === '' ? [] : [`      defined at ${place}`];
}

function placeText(site: { toString(): string }): string {
  const place = String(site);
  return place === '' ? '' : ` at ${place}`;
}
