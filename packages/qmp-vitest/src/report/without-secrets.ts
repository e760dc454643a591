import { Redactor, visible } from 'qmp-core/redact';
import type { TestError } from 'vitest';
import { redactEntries } from '../transcript/redacted.ts';
import type { MachineStory } from './story.ts';

/** A test's stories without secrets. */
export interface Redacted {
  readonly stories: readonly MachineStory[];
  /** Knows every secret in the stories, and those of this process's environment. */
  readonly redactor: Redactor;
}

/**
 * Takes secrets out of the stories of machines, and control characters that would disturb a terminal. A
 * secret of one story is taken out of all of them.
 */
export function withoutSecrets(stories: readonly MachineStory[]): Redacted {
  const redactor = new Redactor();
  redactor.environment(process.env);
  // Twice: a secret may be said by its name after it was said without it.
  for (const story of stories) redactStory(story, redactor);
  return { stories: stories.map((story) => redactStory(story, redactor)), redactor };
}

function redactStory(story: MachineStory, redactor: Redactor): MachineStory {
  const text = (shown: string | undefined): string | undefined =>
    shown === undefined ? undefined : redactor.text(visible(shown));
  const commandLine = (line: string | undefined): string | undefined =>
    line === undefined ? undefined : visible(redactor.commandLine(line), { oneLine: true });
  return {
    ...story,
    entries: redactEntries(story.entries, redactor),
    commandLine: commandLine(story.commandLine),
    byHand: commandLine(story.byHand),
    stderr: text(story.stderr),
    exit: text(story.exit),
    findings: text(story.findings),
  };
}

/**
 * Takes the secrets out of an error before reporters show it: out of its message, diff, causes and other
 * members. Frames of its stack stay as they are.
 */
export function redactError(error: Error | TestError, redactor: Redactor): void {
  redactMembers(error, redactor, new Set());
}

function redactMembers(target: object, redactor: Redactor, seen: Set<unknown>): void {
  if (seen.has(target)) return;
  seen.add(target);
  const members = target as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(target)) {
    const { value, writable } = Object.getOwnPropertyDescriptor(target, name) ?? {};
    if (writable !== true) continue;
    if (typeof value === 'object' && value !== null) redactMembers(value, redactor, seen);
    else if (typeof value === 'string' || typeof value === 'number') {
      const shown =
        name === 'stack' ? redactStack(String(value), redactor) : redactMember(name, value, redactor);
      if (shown !== value) members[name] = shown;
    }
  }
}

/** Members that a runner may have coloured. */
const COLOURED: ReadonlySet<string> = new Set(['message', 'diff', 'actual', 'expected']);

// oxlint-disable-next-line no-control-regex -- what colours text on a terminal, and does nothing else
const COLOUR = /(\u001b\[[\d;]*m)/;

/** Redacts a member by its name and by its value. */
function redactMember(name: string, value: string | number, redactor: Redactor): unknown {
  const shown = (redactor.value({ [name]: value }) as Record<string, unknown>)[name];
  if (typeof shown !== 'string') return shown;
  if (!COLOURED.has(name)) return visible(shown);
  return shown
    .split(COLOUR)
    .map((part, at) => (at % 2 === 1 ? part : visible(part)))
    .join('');
}

/** Redacts a stack, which begins with the message. */
function redactStack(stack: string, redactor: Redactor): string {
  const frames = stack.search(/^[ \t]+at /m);
  if (frames < 0) return redactor.text(stack);
  return redactor.text(stack.slice(0, frames)) + stack.slice(frames);
}
