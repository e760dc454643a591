import { expect, onTestFinished } from 'vitest';

/** The tests that are running and look at their streams themselves, each with why. */
const reasons = new Map<string, string>();

/**
 * Says that the running test looks at the very stream that it opens, so that `QMP_FAULT_PROXY` must not put a
 * proxy into it. Call it before the client is opened, and sparingly: the run lists each such test.
 *
 * @param reason - The aspect of the stream that it looks at.
 */
export function withoutProxy(reason: string): void {
  const test = expect.getState().currentTestName ?? '';
  reasons.set(test, reason);
  onTestFinished(() => void reasons.delete(test));
}

/** Why the running test is to have its streams to itself, if it is. */
export function whyWithoutProxy(): string | undefined {
  return reasons.get(expect.getState().currentTestName ?? '');
}
