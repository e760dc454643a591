import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { drained } from './drained.ts';

test('a stream that nobody reads is cut off after the grace', async () => {
  const stream = new PassThrough();
  stream.end('left');
  await drained(stream, 1);
  expect(stream.destroyed).toBe(true);
});

test('what is still being written in pieces is waited for, however long a piece takes', async () => {
  const stream = new PassThrough();
  let read = '';
  stream.on('data', (chunk: Buffer) => (read += chunk.toString()));
  const over = drained(stream, 200);
  for (const piece of 'quit') {
    // Longer than the grace.
    await new Promise((resolve) => setTimeout(resolve, 250));
    stream.write(piece);
  }
  stream.end(() => stream.destroy());
  await over;
  expect(read).toBe('quit');
});

test('what is never written is not waited for for ever', async () => {
  const stream = new PassThrough();
  await drained(stream, 1);
  expect(stream.destroyed).toBe(true);
});
