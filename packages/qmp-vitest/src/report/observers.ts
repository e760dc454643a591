import type { LoggedTest } from './log-file.ts';
import type { MachineStory } from './story.ts';

/** A test that is over, as it is told to observers. Secrets have been taken out of it. */
export interface ToldTest extends LoggedTest {
  readonly state: 'failed' | 'passed';
  /** Messages of its errors. */
  readonly errors: readonly string[];
  /** How long it took, in ms, if known. */
  readonly duration: number | undefined;
  readonly machines: readonly MachineStory[];
}

/** Somebody who wants to know how tests with machines ended. */
export interface TestObserver {
  /** Whether it is told of tests that passed as well. */
  readonly wantsPassed: boolean;
  /** Takes a test in. Returns the path of the file that it has written about it, if any. */
  told(test: ToldTest): string | undefined;
  /** Forgets what an earlier run has left of a test. */
  forget(test: LoggedTest): void;
}

const observers = new Set<TestObserver>();

/** Adds an observer. Returns what removes it. */
export function observeTests(observer: TestObserver): () => void {
  observers.add(observer);
  return () => void observers.delete(observer);
}

/** Whether anybody wants to know how tests end. */
export const hasObservers = (): boolean => observers.size > 0;

/** Whether anybody wants to know of tests that passed. */
export const wantsPassedTests = (): boolean => [...observers].some(({ wantsPassed }) => wantsPassed);

/** Tells a test to all who want to know. Returns the paths of the files that they have written. */
export function tellObservers(test: ToldTest): string[] {
  return [...observers].flatMap((observer) =>
    test.state === 'failed' || observer.wantsPassed ? (observer.told(test) ?? []) : [],
  );
}

/** Has observers forget what an earlier run has left of a test. */
export function forgetTest(test: LoggedTest): void {
  for (const observer of observers) observer.forget(test);
}
