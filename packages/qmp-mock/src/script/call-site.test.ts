import { expect, test } from 'vitest';
import { CallSite } from './call-site.ts';

function define(): CallSite {
  return new CallSite(define);
}

test('names the caller by file, line and column', () => {
  expect(define().toString()).toMatch(/call-site\.test\.ts:9:\d+$/);
});

test('works from a named function and without one', () => {
  const named = function outer(): string {
    return define().toString();
  };
  expect(named()).toMatch(/call-site\.test\.ts:14:\d+$/);
  expect([1].map(() => define().toString())[0]).toMatch(/call-site\.test\.ts:17:\d+$/);
});

test('leaves the depth of stack traces as it was', () => {
  const before = Error.stackTraceLimit;
  define();
  expect(Error.stackTraceLimit).toBe(before);
});
