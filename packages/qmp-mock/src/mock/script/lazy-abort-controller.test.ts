import { expect, test, vi } from 'vitest';
import { LazyAbortController } from './lazy-abort-controller.ts';

test('who waits is told, once', () => {
  const abort = new LazyAbortController();
  const { signal } = abort;
  const told = vi.fn();
  signal.addEventListener('abort', told);
  expect(abort.signal).toBe(signal);
  const reason = new Error('over');
  abort.abort(() => reason);
  abort.abort(() => new Error('again'));
  expect(told).toHaveBeenCalledOnce();
  expect(signal.reason).toBe(reason);
});

test('who looks afterwards finds it aborted, and where nobody looks no reason is made', () => {
  const abort = new LazyAbortController();
  const makeReason = vi.fn(() => new Error('over'));
  abort.abort(makeReason);
  expect(makeReason).not.toHaveBeenCalled();
  expect(abort.signal.aborted).toBe(true);
  expect(abort.signal.reason).toMatchObject({ message: 'over' });
  expect(makeReason).toHaveBeenCalledOnce();
});
