/**
 * Random and mutated monitor input, for the differential test and the endurance test. The same seed gives the same inputs.
 */

/** A small generator of random numbers (xorshift32), so that a seed repeats a run on every machine. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) >>> 0 || 1;
  }

  /** A whole number from 0 to below `limit`. */
  below(limit) {
    let s = this.#state;
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    this.#state = s >>> 0;
    return this.#state % limit;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  chance(percent) {
    return this.below(100) < percent;
  }
}

const SEEDS = [
  '{"execute": "query-name", "id": 1}',
  '{"execute": "query-name", "id": {"a": [1, 2.5, true, null, "x\\u00e9\\n"], "b": {}}}',
  "{'execute': 'nosuch', 'id': 'q'}",
  '{"execute": "query-uuid", "arguments": {"foo": 1, "bar": [{}], "zoo": null, "a-b": "c"}, "id": []}',
  '[1, -2, 0.5, 1e10, "a\\ud83d\\ude00b"]',
  '{"a": {"b": [{"c": "d"}]}, "execute": 5}',
  '{"id": "é€😀", "execute": "query-kvm"}',
  '{"exec-oob": "migrate-pause"}',
  '{"exec-oob": "migrate-pause", "id": "oob"}',
  '{"exec-oob": "query-name"}',
  '{"exec-oob": [], "id": 3}',
  '{"execute": "query-block", "foo": 1, "zip": 2, "id": -9223372036854775809}',
  '{"execute": "query-name", "exec-oob": "migrate-pause", "id": 2}',
  '{"execute": "qmp_capabilities"}',
  '{"execute": "qmp_capabilities", "arguments": {"enable": ["oob", "nope"]}}',
  '{"execute": "qmp_capabilities", "arguments": {"enabled": [], "other": 1}}',
  'true false null 12 "s" [] {}',
  '{"execute": "query-name"\n,"arguments":\n{}}',
  '[[[[{"x": [[]]}]]]]',
].map((text) => Buffer.from(text));

const PIECES = [
  ...Array.from('{}[]:,"\'\\-.eE+019 \t\n\r/%T_'),
  '\\u',
  '\\ud800',
  '\\udc00',
  '\\uFFFE',
  '\\u0000',
  '\\u12',
  '00',
  '0e1',
  '-0',
  '1e5',
  '1.5',
  'true',
  'null',
  'nul',
  '%s',
  '"a":1',
  '"id":',
  '"execute":',
  '"x"',
  '18446744073709551615',
  '18446744073709551616',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  '1e999',
  '-1e-999',
  '123456789012345',
  '1234567890123456',
  '"\\b\\f\\/"',
  'abc',
  'a1',
  '{"a":[}',
  '{]',
  '\u00e9',
  '\u20ac',
  '\u{1f600}',
]
  .map((text) => Buffer.from(text))
  .concat(
    [
      [0x00],
      [0x01],
      [0x1f],
      [0x7f],
      [0x80],
      [0xbf],
      [0xc0, 0x80],
      [0xc1, 0x81],
      [0xc2],
      [0xe2, 0x82],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xef, 0xb7, 0x90],
      [0xef, 0xbf, 0xbe],
      [0xef, 0xbf, 0xbf],
      [0xef, 0xbb, 0xbf],
      [0xf0, 0x8f, 0xbf, 0xbf],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf8, 0x88, 0x80, 0x80, 0x80],
      [0xfc],
      [0xfd],
      [0xfe],
      [0xff],
    ].map((bytes) => Buffer.from(bytes)),
  );

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz-_0123456789XYZ.:é€😀');

function randomName(random) {
  let name = '';
  for (let i = random.below(9); i >= 0; i--) name += random.pick(LETTERS);
  return name;
}

const doubles = new Float64Array(1);
const halves = new Uint32Array(doubles.buffer);

/** A number as text: a double with random bits, or one of the shapes where printing is delicate. */
function randomNumber(random) {
  switch (random.below(6)) {
    case 0:
      return String(random.below(1000) - 500);
    case 1:
      return String((BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32)));
    case 2:
      return `-${(BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32))}`;
    case 3:
      // Half-way between two decimals of 17 digits.
      return `${2 ** (47 + random.below(4)) + random.below(1000)}.${random.pick(['25', '75', '125', '375', '5', '0625'])}`;
    case 4:
      return `${random.below(1e9)}.${random.below(1e9)}e${random.below(40) - 20}`;
    default:
      halves[0] = random.below(2 ** 32);
      halves[1] = random.below(2 ** 32);
      return Number.isFinite(doubles[0]) ? String(doubles[0]) : '0.1';
  }
}

/** A JSON value as text. */
function randomValue(random, depth) {
  switch (random.below(depth > 4 ? 5 : 8)) {
    case 0:
      return random.pick(['null', 'true', 'false']);
    case 1:
    case 2:
      return randomNumber(random);
    case 3:
    case 4:
      return JSON.stringify(randomName(random));
    case 5:
      return `[${Array.from({ length: random.below(4) }, () => randomValue(random, depth + 1)).join(', ')}]`;
    default: {
      const members = new Map();
      for (let i = random.below(10); i > 0; i--) {
        members.set(JSON.stringify(randomName(random)), randomValue(random, depth + 1));
      }
      return `{${[...members].map(([key, value]) => `${key}: ${value}`).join(',')}}`;
    }
  }
}

/** A request with a random id, random arguments, or surplus members. */
function randomRequest(random) {
  const members = [`"execute": "${random.pick(['query-name', 'query-uuid', 'nosuch', 'query-kvm'])}"`];
  if (random.chance(80)) members.push(`"id": ${randomValue(random, 0)}`);
  if (random.chance(20)) members.push(`"arguments": ${randomValue(random, 0)}`);
  if (random.chance(10)) members.push(`${JSON.stringify(randomName(random))}: ${randomValue(random, 3)}`);
  for (let i = members.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [members[i], members[j]] = [members[j], members[i]];
  }
  return Buffer.from(`{${members.join(', ')}}`);
}

function splice(bytes, at, remove, insert) {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}

/** One input: a few requests, or a few pieces, most of the time damaged. */
export function randomInput(random) {
  const parts = [];
  const kind = random.below(10);
  if (kind < 6) for (let i = random.below(2); i >= 0; i--) parts.push(random.pick(SEEDS));
  else if (kind < 8) parts.push(randomRequest(random));
  else for (let i = random.below(12); i >= 0; i--) parts.push(random.pick(PIECES));
  let bytes = Buffer.concat(parts);
  for (let damage = random.below(6); damage > 0; damage--) {
    const at = random.below(bytes.length + 1);
    const how = random.below(20);
    if (how < 9) bytes = splice(bytes, at, 0, random.pick(PIECES));
    else if (how < 12) bytes = splice(bytes, at, 1 + random.below(4), Buffer.alloc(0));
    else if (how < 15) bytes = splice(bytes, at, 1, Buffer.from([random.below(256)]));
    else if (how < 17) {
      const from = random.below(bytes.length + 1);
      bytes = splice(bytes, at, 0, bytes.subarray(from, from + 1 + random.below(8)));
    } else bytes = splice(bytes, at, 0, Buffer.from([random.below(256)]));
  }
  return bytes;
}
