// Random and damaged texts out of good ones. A seed gives the same inputs on every machine.
import { Random } from '../../packages/qmp-mock/scripts/random-input.mjs';

export { Random };

/** Names that are members of every object, numbers at the edges, brackets, and bytes that are no UTF-8. */
const PIECES = [
  ...Array.from('{}[]:,"\'\\-+.=eE0189 \t\n\r/@#%_;|'),
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '"__proto__":{"x":1}',
  '"id":',
  '"a":1',
  'true',
  'null',
  '\\u0000',
  '\\ud800',
  '[[[[',
  ']]]]',
  '{"a":{"b":',
  '1e999',
  '-0',
  '9007199254740993',
  '18446744073709551616',
  '99999999999999999999999',
  '0x10',
  'on',
  'off',
  'no',
  ',,',
  '\u0000',
  'é',
  '€',
  '😀',
  '\ufeff',
  '\u2028',
];

/** One to six changes: something put in, taken out, doubled, or overwritten. */
export function damage(random, text) {
  let out = text;
  for (let changes = 1 + random.below(6); changes > 0; changes--) {
    const at = random.below(out.length + 1);
    const head = out.slice(0, at);
    switch (random.below(5)) {
      case 0:
        out = head + random.pick(PIECES) + out.slice(at);
        break;
      case 1:
        out = head + out.slice(at + 1 + random.below(5));
        break;
      case 2:
        out = head + out.slice(at, at + random.below(12)) + out.slice(at);
        break;
      case 3:
        out = head + random.pick(PIECES) + out.slice(at + 1);
        break;
      default:
        out = head + String.fromCharCode(random.below(random.chance(90) ? 128 : 0x3000)) + out.slice(at + 1);
    }
  }
  return out;
}

/** A good text as it is, damaged, or a heap of pieces. */
export function randomText(random, seeds) {
  const kind = random.below(10);
  if (kind === 0) return random.pick(seeds);
  if (kind < 8) return damage(random, random.pick(seeds));
  let text = '';
  for (let pieces = random.below(12); pieces > 0; pieces--) text += random.pick(PIECES);
  return text;
}

const NAMES = [
  'a',
  'id',
  'device',
  'force',
  'node-name',
  '__proto__',
  'constructor',
  'toJSON',
  'toString',
  '',
];

/** Any JSON value as plain data; members named `__proto__` are members. */
export function randomValue(random, depth = 0) {
  switch (random.below(depth > 4 ? 6 : 9)) {
    case 0:
      return null;
    case 1:
      return random.chance(50);
    case 2:
      return random.below(3) - 1;
    case 3:
      return random.pick([0.5, -1e300, 2 ** 53, 1n << 63n, -(1n << 63n), (1n << 64n) - 1n, 1n << 64n]);
    case 4:
      return random.pick(['', 'x', 'on', '__proto__', '\u0000', '😀', '\ud800', '%s', '/machine']);
    case 5:
      return random.pick(NAMES);
    case 6:
      return Array.from({ length: random.below(4) }, () => randomValue(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(5) }, () => [random.pick(NAMES), randomValue(random, depth + 1)]),
      );
  }
}
