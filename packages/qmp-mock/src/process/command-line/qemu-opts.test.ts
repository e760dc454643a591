import { describe, expect, it } from 'vitest';
import { parseBoolean, parseQemuOpts, parseSize, takeValue } from './qemu-opts.ts';

const ANY = { parameters: undefined };

describe('option arguments', () => {
  it.for([
    ['a=1,b=2', { a: '1', b: '2' }],
    ['a=x,,y,b=', { a: 'x,y', b: '' }],
    ['flag', { flag: 'on' }],
    ['noflag,b=1', { flag: 'off', b: '1' }],
    ['a=1,a=2', { a: '2' }],
    ['a=b=c', { a: 'b=c' }],
    ['', {}],
    ['a=1,', { a: '1' }],
    ['a=,,', { a: ',' }],
  ] as const)('%s', ([text, values]) => {
    expect(Object.fromEntries(parseQemuOpts(text, ANY).entries())).toEqual(values);
  });

  it('give their first value a name', () => {
    const group = { parameters: undefined, implied: 'backend' };
    expect(Object.fromEntries(parseQemuOpts('so,,cket,id=a,x', group).entries())).toEqual({
      backend: 'so,cket',
      x: 'on',
    });
    expect(parseQemuOpts('backend=socket', group).get('backend')).toBe('socket');
    expect(parseQemuOpts('socket,id=a', group).id).toBe('a');
  });

  it('are harmless whatever their names are', () => {
    const opts = parseQemuOpts('__proto__=1,constructor=2', ANY);
    expect(opts.get('__proto__')).toBe('1');
    expect(() => parseQemuOpts('constructor=2', { parameters: {} })).toThrow(
      "Invalid parameter 'constructor'",
    );
  });

  it('end at a single comma', () => {
    expect(takeValue('a,,b,c')).toEqual(['a,b', 'c']);
    expect(takeValue(',c')).toEqual(['', 'c']);
    expect(takeValue('abc')).toEqual(['abc', '']);
  });
});

it.for([
  ['64', 64 * 2 ** 20],
  ['1G', 2 ** 30],
  ['1.5k', 1536],
  ['0x10', 16 * 2 ** 20],
  ['x', undefined],
  ['-1', undefined],
] as const)('sizes: %s', ([text, bytes]) => {
  expect(parseSize(text, 'M')).toBe(bytes);
});

it.for([
  ['on', true],
  ['yes', true],
  ['off', false],
  ['n', false],
  ['1', undefined],
] as const)('booleans: %s', ([text, value]) => {
  expect(parseBoolean(text)).toBe(value);
});
