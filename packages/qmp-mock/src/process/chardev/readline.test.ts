import { describe, expect, it } from 'vitest';
import { Readline } from './readline.ts';

function type(keys: string): { written: string; lines: string[] } {
  const lines: string[] = [];
  let written = '';
  const readline = new Readline(
    '(qemu) ',
    (text) => (written += text),
    (line) => {
      lines.push(line);
      readline.start();
    },
  );
  readline.start();
  for (const key of Buffer.from(keys)) readline.key(key);
  return { written, lines };
}

describe('the line editor of the human monitor', () => {
  it('rewrites the line after each key', () => {
    expect(type('ab\n')).toEqual({
      lines: ['ab'],
      written: '(qemu) a\u001B[K\u001B[Dab\u001B[K\r\n(qemu) ',
    });
  });

  it('takes keys back', () => {
    expect(type('ax\u007Fb\r').lines).toEqual(['ab']);
    expect(type('\u0008\r').lines).toEqual(['']);
  });

  it('skips what it does not know', () => {
    expect(type('a\u001B[Ab\u0001c\n').lines).toEqual(['abc']);
  });
});
