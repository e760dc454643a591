import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { duplexPair } from './duplex-pair.ts';

describe('duplexPair', () => {
  test('keeps each write as a chunk', async () => {
    const [a, b] = duplexPair();
    const chunks: string[] = [];
    b.on('data', (chunk: Buffer) => chunks.push(String(chunk)));
    a.write('one');
    a.write('two');
    a.end();
    await once(b, 'end');
    expect(chunks).toEqual(['one', 'two']);
  });

  test('holds back a writer whose reader does not read', async () => {
    const [a, b] = duplexPair();
    let written = 0;
    while (a.write(Buffer.alloc(1024))) if (++written > 10_000) break;
    expect(written).toBeLessThan(1000);
    const drained = once(a, 'drain');
    b.resume();
    await drained;
    expect(a.writableLength).toBe(0);
  });

  test('ends by halves', async () => {
    const [a, b] = duplexPair();
    b.allowHalfOpen = true;
    a.allowHalfOpen = true;
    const heard = once(a, 'data');
    a.end('bye');
    b.resume();
    await once(b, 'end');
    b.end('still here');
    expect(String((await heard)[0])).toBe('still here');
  });

  test('destroy: the other end reads what was written, then the end, then closes', async () => {
    const [a, b] = duplexPair();
    const chunks: string[] = [];
    b.on('data', (chunk: Buffer) => chunks.push(String(chunk)));
    a.write('last words');
    a.destroy();
    await once(b, 'close');
    expect(chunks).toEqual(['last words']);
    expect(b.errored).toBeNull();
  });

  test('reset: the other end fails with ECONNRESET', async () => {
    const [a, b] = duplexPair();
    const failed = once(b, 'error');
    (a as unknown as { resetAndDestroy(): void }).resetAndDestroy();
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(a.destroyed && b.destroyed).toBe(true);
  });

  test('a write to an end that is gone fails with EPIPE', async () => {
    const [a, b] = duplexPair();
    a.on('error', () => {});
    b.destroy();
    const error = await new Promise((resolve) => void a.write('x', resolve));
    expect(error).toMatchObject({ code: 'EPIPE' });
  });
});
