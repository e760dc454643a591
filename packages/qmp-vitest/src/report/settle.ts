import type { RunnerTestCase, TestError } from 'vitest';
import type { Cleanup, CleanupFailure } from '../cleanup.ts';
import { attachStory } from './attach.ts';
import { removeLogFile, writeLogFile, type LoggedTest } from './log-file.ts';
import { forgetTest, tellObservers, wantsPassedTests } from './observers.ts';
import { conversations, wantsConversations } from './show.ts';
import { tellStory, type MachineStory } from './story.ts';
import { redactError, withoutSecrets } from './without-secrets.ts';

/** A machine that a test used, and where in its conversation the test began. */
export interface WatchedMachine {
  readonly machine: {
    /** Tells its story from a position in the conversation on. */
    story(since: number): MachineStory;
    /** Throws if it has complaints. */
    verify(): void;
  };
  readonly since: number;
  /** Remarks at the end of the test that may explain a failure. */
  readonly findings?: string | undefined;
  /** Whether the test has used its mock. Only then is the mock verified. */
  readonly mockUsed: boolean;
}

/** One attempt of a test, seen from its fixtures. */
export interface Attempt {
  readonly task: Readonly<RunnerTestCase>;
  /**
   * Number of errors that the test had when the attempt began: `retry` adds up the errors of all attempts.
   */
  readonly earlierErrors: number;
  readonly session: {
    /** The machines that the test used. */
    readonly machines: readonly WatchedMachine[];
    /** Stories of machines that the test didn't get to use. */
    untold(): readonly MachineStory[];
    readonly starter: { readonly cleanup: Cleanup };
    /** Throws if machines are missing that should have started. */
    verify(): void;
    /** Ends the test's own machines. */
    close(): Promise<readonly CleanupFailure[]>;
  };
}

/**
 * Finishes a test. It's registered with `onTestFinished`, which Vitest calls after every teardown.
 *
 * For a failed test it appends the story of its machines to the message of its first error, because that is
 * the only channel that every reporter shows. (Annotations are refused by then, and attachments aren't
 * printed.) A passing test is verified: unmet expectations of a mock and failed releases make it fail now.
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
        forgetLog(task);
        return tellOfPassed(attempt);
      }
      await session.close();
      if (task.fails !== true) await explain(attempt, [complaint]);
      throw complaint;
    }
  }
}

/** Finds the reason, if any, why a passing test has to fail. */
async function findComplaint({ session }: Attempt): Promise<Error | undefined> {
  try {
    for (const { machine, mockUsed } of session.machines) if (mockUsed) machine.verify();
    session.verify();
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
 * Appends the story of the attempt's machines to the message of the first error, and offers it to reporters
 * in every other way. It removes their secrets from all errors.
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
  const further = tellObservers({
    ...loggedTest(task),
    state: 'failed',
    errors: errors.map(({ message }) => message),
    duration: durationOf(task),
    machines: stories,
  });
  const story = tellStory(stories, { logPath, further });
  append(error, `\n\n${story}\n`);
  const meta = {
    log: logPath,
    machines: stories.map(({ name, what, entries, commandLine, exit }) => ({
      name,
      what,
      messages: entries.length,
      commandLine,
      exit,
    })),
  };
  await attachStory(task, story, meta, further);
}

/** Prints the conversations of a passing test, if requested. */
function showConversations({ session }: Attempt): void {
  if (!wantsConversations() || session.machines.length === 0) return;
  const { stories } = withoutSecrets(session.machines.map(({ machine, since }) => machine.story(since)));
  console.log(conversations(stories));
}

/** Tells observers of a passing test, if any of them wants to know. */
function tellOfPassed({ task, session }: Attempt): void {
  if (!wantsPassedTests() || session.machines.length === 0) return;
  const { stories } = withoutSecrets(session.machines.map(({ machine, since }) => machine.story(since)));
  const duration = durationOf(task);
  tellObservers({ ...loggedTest(task), state: 'passed', errors: [], duration, machines: stories });
}

/** How long a test has taken, in ms. Vitest tells only of one that is over. */
function durationOf({ result }: Readonly<RunnerTestCase>): number | undefined {
  return result?.startTime === undefined ? undefined : (result.duration ?? Date.now() - result.startTime);
}

/**
 * Appends to the message of an error, and to its stack, which is all that the JSON reporter shows. (Vitest's
 * own time-out error has a stack that says `STACK_TRACE_ERROR` instead of its message.)
 */
function append(error: Error | TestError, text: string): void {
  const { message, stack } = error;
  error.message = message + text;
  if (stack === undefined) return;
  error.stack = stack.includes(message)
    ? stack.replace(message, () => error.message)
    : stack.replace(/^Error: STACK_TRACE_ERROR$/m, () => `Error: ${error.message}`);
}

/** Saves the full log, unless that isn't wanted or not possible. */
function saveLog(task: Readonly<RunnerTestCase>, stories: readonly MachineStory[]): string | undefined {
  const directory = logDirectory();
  if (directory === undefined) return undefined;
  try {
    return writeLogFile(directory, loggedTest(task), stories);
  } catch (error) {
    return `could not be written: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Removes an earlier run's log of a test that passes now. */
function forgetLog(task: Readonly<RunnerTestCase>): void {
  const directory = logDirectory();
  if (directory !== undefined) removeLogFile(directory, loggedTest(task));
  forgetTest(loggedTest(task));
}

/** Folder of the logs, or `undefined` if logs aren't wanted. */
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
