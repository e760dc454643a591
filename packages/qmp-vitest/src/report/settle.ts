import type { RunnerTestCase, TestError } from 'vitest';
import type { Machine } from '../backend/backend.ts';
import type { Cleanup, CleanupFailure } from '../cleanup.ts';
import { attachStory } from './attach.ts';
import { removeLogFile, writeLogFile, type LoggedTest } from './log-file.ts';
import { conversations, wantsConversations } from './show.ts';
import { tellStory, type MachineStory } from './story.ts';
import { redactError, withoutSecrets } from './without-secrets.ts';

/** A machine that a test used, and where in its conversation the test began. */
export interface WatchedMachine {
  readonly machine: Pick<Machine, 'story' | 'verify'>;
  readonly since: number;
  /** What it knew at the end of the test that may explain a failure. */
  readonly findings?: string | undefined;
  /** Whether the test has had its mock in hand; only then is it held to account. */
  readonly mockUsed: boolean;
}

/** One attempt of a test, seen from its fixtures. */
export interface Attempt {
  readonly task: Readonly<RunnerTestCase>;
  /** How many errors the test had when the attempt began: `retry` adds up the errors of all attempts. */
  readonly earlierErrors: number;
  readonly session: {
    /** The machines that the test used. */
    readonly machines: readonly WatchedMachine[];
    /** Stories of those that did not get so far. */
    untold(): readonly MachineStory[];
    readonly starter: { readonly cleanup: Cleanup };
    /** Ends the machines that are the test's own. */
    close(): Promise<readonly CleanupFailure[]>;
  };
}

/** How many errors a test has so far. */
export function errorCount(task: Readonly<RunnerTestCase>): number {
  return task.result?.errors?.length ?? 0;
}

/**
 * What is left to do when a test has run, registered with `onTestFinished`, which Vitest calls after every
 * teardown.
 *
 * A failed test gets the story of its machines behind the message of its first error: of all channels the
 * only one that every reporter shows (annotations are refused by then, and what is attached is printed by
 * none). A passing test is verified: a mock's unmet expectations, and what could not be released, fail it
 * now.
 */
export async function settle(attempt: Attempt): Promise<void> {
  const { task, session } = attempt;
  switch (task.result?.state) {
    case 'fail': {
      await session.close();
      const errors = task.result.errors?.slice(attempt.earlierErrors) ?? [];
      // The failure of `test.fails` is what was wanted.
      if (task.fails !== true) await explain(attempt, errors);
      return;
    }
    case 'skip':
      return;
    default: {
      const complaint = await findComplaint(attempt);
      if (complaint === undefined) {
        showConversations(attempt);
        return forgetLog(task);
      }
      await session.close();
      if (task.fails !== true) await explain(attempt, [complaint]);
      throw complaint;
    }
  }
}

/** What a test that passed is to fail for. */
async function findComplaint({ session }: Attempt): Promise<Error | undefined> {
  try {
    for (const { machine, mockUsed } of session.machines) if (mockUsed) machine.verify();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  // Not closed yet is what an `aroundEach` hook still uses; what fails there later has nobody to tell.
  if (!session.starter.cleanup.closed) return undefined;
  const failures = await session.close();
  const [first] = failures;
  if (first === undefined) return undefined;
  const list = failures.map(
    ({ what, error }) => `  ${what}: ${error instanceof Error ? error.message : String(error)}`,
  );
  const message = `After the test not everything could be released:\n${list.join('\n')}`;
  return new Error(message, { cause: first.error });
}

/**
 * Puts the story of the attempt's machines behind the message of the first error, and wherever else it can be
 * found. No error keeps a secret of theirs.
 */
async function explain({ task, session }: Attempt, errors: readonly (Error | TestError)[]): Promise<void> {
  const messages = errors.map(({ message }) => message).join('\n');
  const told = session.machines.map(({ machine, since, findings }) => {
    // The complaint of the mock itself has them all.
    const isNew = findings !== undefined && !messages.includes(findings);
    return { ...machine.story(since), findings: isNew ? findings : undefined };
  });
  const { stories, redactor } = withoutSecrets([...told, ...session.untold()]);
  for (const failure of errors) redactError(failure, redactor);
  const [error] = errors;
  if (error === undefined || stories.length === 0) return;
  const logPath = saveLog(task, stories);
  const story = tellStory(stories, { logPath });
  append(error, `\n\n${story}\n`);
  await attachStory(task, story, {
    log: logPath,
    machines: stories.map(({ name, what, entries, commandLine, exit }) => ({
      name,
      what,
      messages: entries.length,
      commandLine,
      exit,
    })),
  });
}

/** Prints what the machines of a passing test said, where that is asked for. */
function showConversations({ session }: Attempt): void {
  if (!wantsConversations() || session.machines.length === 0) return;
  const { stories } = withoutSecrets(session.machines.map(({ machine, since }) => machine.story(since)));
  console.log(conversations(stories));
}

/**
 * Adds to the message of an error, and to its stack, of which the JSON reporter shows nothing but the text.
 * (Vitest's own time-out error has a stack that says `STACK_TRACE_ERROR` instead of its message.)
 */
function append(error: Error | TestError, text: string): void {
  const { message, stack } = error;
  error.message = message + text;
  if (stack === undefined) return;
  error.stack = stack.includes(message)
    ? stack.replace(message, () => error.message)
    : stack.replace(/^Error: STACK_TRACE_ERROR$/m, () => `Error: ${error.message}`);
}

/** Saves the full log; where that is not wanted or not possible, the story does without. */
function saveLog(task: Readonly<RunnerTestCase>, stories: readonly MachineStory[]): string | undefined {
  const directory = logDirectory();
  if (directory === undefined) return undefined;
  try {
    return writeLogFile(directory, loggedTest(task), stories);
  } catch (error) {
    return `could not be written: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Removes the log that an earlier run has left of a test that passes now. */
function forgetLog(task: Readonly<RunnerTestCase>): void {
  const directory = logDirectory();
  if (directory !== undefined) removeLogFile(directory, loggedTest(task));
}

/** Folder of the logs, or `undefined` where none are wanted. */
function logDirectory(): string | undefined {
  const directory = process.env['QMP_LOGS'] ?? 'qmp-logs';
  return directory === '' || directory === '0' || directory === 'off' ? undefined : directory;
}

function loggedTest(task: Readonly<RunnerTestCase>): LoggedTest {
  const names: string[] = [task.name];
  for (let suite = task.suite; suite !== undefined && suite !== task.file; suite = suite.suite) {
    names.unshift(suite.name);
  }
  const attempt = (task.result?.retryCount ?? 0) + (task.result?.repeatCount ?? 0);
  return { file: task.file.name, names, id: task.id, attempt };
}
