import { setImmediate } from 'node:timers';

/**
 * Calls back when a machine that has just started has greeted the clients that wait for it. What they needn't
 * wait for, such as a write that wakes another process, doesn't make its start longer then.
 */
export function afterGreetings(action: () => void): void {
  // One turn of the loop is for the test that `fakeQemu.next()` has called back, and ends with the greetings.
  setImmediate(() => void setImmediate(action));
}
