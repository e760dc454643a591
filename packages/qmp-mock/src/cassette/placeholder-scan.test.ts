import { describe, expect, test } from 'vitest';
import { meanings } from './placeholder-meaning.ts';
import { scanPlaceholders, type Meter, type RecordedPart } from './placeholder-scan.ts';

/** `${name}` in a text is a placeholder. */
function partsOf(recorded: string): RecordedPart[] {
  const meaningOf = meanings(['/var/tmp', '/tmp']);
  return recorded.split(/(\$\{\w+\})/).map((part) => {
    const name = part.slice(2, -1);
    if (!part.startsWith('${')) return part;
    return { name: name === 'redacted' ? '' : name, meaning: meaningOf(name) };
  });
}

const scan = (recorded: string, actual: string, meter?: Meter): Record<string, string> | undefined => {
  const found = scanPlaceholders(partsOf(recorded), actual, meter);
  return found === undefined ? undefined : Object.fromEntries(found);
};

test.each<[recorded: string, actual: string, found: Record<string, string> | undefined]>([
  ['', '', {}],
  ['text', 'text', {}],
  ['text', 'texts', undefined],
  ['${images}', 'dir', { images: 'dir' }],
  ['${images}', '', undefined],
  ['${images}', 'a/b', undefined],
  ['${images}/disk', 'dir/disk', { images: 'dir' }],
  ['${images}/disk', 'dir/disk2', undefined],
  ['file=${tmp1}/a.img,x', 'file=/tmp/q1/a.img,x', { tmp1: '/tmp/q1' }],
  ['${tmp1}', '/var/tmp/x.y-z', { tmp1: '/var/tmp/x.y-z' }],
  ['${tmp1}', '/home/x', undefined],
  ['${tmp1}', '/tmp/', undefined],
  ['${tmp1}.sock', '/tmp/a.sock.sock', { tmp1: '/tmp/a.sock' }],
  ['${tmp1}/x:${tmp1}/y', '/tmp/a/x:/tmp/a/y', { tmp1: '/tmp/a' }],
  ['${tmp1}/x:${tmp1}/y', '/tmp/a/x:/tmp/b/y', undefined],
  ['${block1}', '#block123', { block1: '#block123' }],
  ['${block1}${block2}', '#block12#chr3', undefined],
  ['${block1},${block2}', '#block12,#chr3', { block1: '#block12', block2: '#chr3' }],
  ['${block1}', '#block', undefined],
  ['127.0.0.1:${port1}', '127.0.0.1:40000', { port1: '40000' }],
  ['${port1}', '4000x', undefined],
  ['password=${redacted},x', 'password=a,b,x', {}],
  ['password=${redacted}', 'password=', {}],
  ['a=${redacted},b=${redacted}', 'a=1,b=2', {}],
  ['${foo1}${foo2}', 'ab', { foo1: 'a', foo2: 'b' }],
  ['${foo1}${foo2}', 'a', undefined],
  ['${foo1}aab${foo2}', 'xaaabz', { foo1: 'xa', foo2: 'z' }],
])('%j against %j', (recorded, actual, found) => {
  expect(scan(recorded, actual)).toEqual(found);
});

describe('the number of steps grows with the texts', () => {
  const steps = (recorded: string, actual: string): number => {
    const meter = { steps: 0 };
    scan(recorded, actual, meter);
    return meter.steps;
  };

  const many = (count: number): string => Array.from({ length: count }, (_, n) => `\${foo${n}}`).join('');

  test.each<[string, (n: number) => string, (n: number) => string]>([
    ['placeholders without a text between', () => `${many(4)}!`, (n) => 'a'.repeat(n)],
    ['many of them', () => `${many(60)}!`, (n) => 'a'.repeat(n)],
    ['the same text between all', () => '${a1}a${a2}a${a3}a${a4}a${a5}!', (n) => 'a'.repeat(n)],
    [
      'a text that nearly comes again and again',
      (n) => `\${a1}${'a'.repeat(n / 2)}b\${a2}`,
      (n) => 'a'.repeat(n),
    ],
    ['anything at all', () => '${redacted}a${redacted}b', (n) => 'a'.repeat(n)],
    ['as many placeholders as characters', (n) => `${many(n)}!`, (n) => 'a'.repeat(n)],
  ])('%s', (_title, recorded, actual) => {
    const [one, ten, hundred] = [100, 1000, 10_000].map((n) => steps(recorded(n), actual(n)));
    expect(ten).toBeLessThanOrEqual(12 * (one as number) + 100);
    expect(hundred).toBeLessThanOrEqual(12 * (ten as number) + 1000);
  });
});
