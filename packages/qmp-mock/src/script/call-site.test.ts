import { expect, test } from 'vitest';
import { CallSite } from './call-site.ts';

function outer(): string {
  return new CallSite().toString();
}

test('names the caller by file, line and column', () => {
  expect(new CallSite().toString()).toMatch(/call-site\.test\.ts:9:\d+$/);
});

test('works in a named function and without one', () => {
  expect(outer()).toMatch(/call-site\.test\.ts:5:\d+$/);
  expect([1].map(() => new CallSite().toString())[0]).toMatch(/call-site\.test\.ts:14:\d+$/);
});

test('leaves the depth of stack traces as it was', () => {
  const before = Error.stackTraceLimit;
  expect(new CallSite().toString()).not.toBe('');
  expect(Error.stackTraceLimit).toBe(before);
});
