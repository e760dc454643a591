import { expect, test } from 'vitest';
import { Cleanup } from './cleanup.ts';

test('releases run in reverse order, each after the one before it has ended', async () => {
  const log: string[] = [];
  const cleanup = new Cleanup();
  cleanup.defer('first', () => void log.push('first'));
  cleanup.defer('second', async () => {
    log.push('second begins');
    await Promise.resolve();
    log.push('second ends');
  });

  expect(await cleanup.close()).toEqual([]);
  expect(log).toEqual(['second begins', 'second ends', 'first']);
});

test('a release that throws keeps none of the others from running', async () => {
  const log: string[] = [];
  const cleanup = new Cleanup();
  cleanup.defer('first', () => void log.push('first'));
  const boom = new Error('boom');
  cleanup.defer('second', () => {
    throw boom;
  });

  expect(await cleanup.close()).toEqual([{ what: 'second', error: boom }]);
  expect(log).toEqual(['first']);
});

test('a release that never ends is given up when its time is up', async () => {
  const log: string[] = [];
  const cleanup = new Cleanup();
  cleanup.defer('first', () => void log.push('first'));
  cleanup.defer('stopping vm', () => new Promise<void>(() => {}), { timeout: 1 });

  const [failure] = await cleanup.close();

  expect(failure?.error).toEqual(new Error('stopping vm took longer than 1 ms'));
  expect(log).toEqual(['first']);
});

test('closing twice releases once and gives the same answer', async () => {
  let count = 0;
  const cleanup = new Cleanup();
  cleanup.defer('it', () => void count++);

  expect(await cleanup.close()).toBe(await cleanup.close());
  expect(count).toBe(1);
});

test('what is registered after the end is released at once', async () => {
  const cleanup = new Cleanup();
  await cleanup.close();

  const released = new Promise<void>((resolve) => {
    cleanup.defer('late', resolve);
  });

  await released;
  expect(cleanup.closed).toBe(true);
});

test('a release that ran early does not run again', async () => {
  let count = 0;
  const cleanup = new Cleanup();
  const release = cleanup.defer('it', () => void count++);

  await release();
  await cleanup.close();
  expect(count).toBe(1);
});
