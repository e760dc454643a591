/** Words that random command lines of `qemu-img` are made of, and the images that they name. */
import * as fc from 'fast-check';

/** Values of an option or of a place; the first are right, the last ones rarely are. */
type Words = readonly string[];

/** Commands that make the images which lines name; each runs in the directory of the images. */
export const PREPARATION: readonly (readonly [program: 'qemu-img' | 'qemu-io', ...args: string[]])[] = [
  ['qemu-img', 'create', '-f', 'raw', 'r.raw', '1M'],
  ['qemu-io', '-f', 'raw', '-c', 'write -P 5 64k 100k', 'r.raw'],
  ['qemu-img', 'create', '-f', 'qcow2', 'b.qcow2', '2M'],
  ['qemu-io', '-f', 'qcow2', '-c', 'write -P 7 0 200k', '-c', 'write -z 256k 64k', 'b.qcow2'],
  ['qemu-img', 'create', '-f', 'qcow2', '-b', 'b.qcow2', '-F', 'qcow2', 'o.qcow2'],
  ['qemu-io', '-f', 'qcow2', '-c', 'write -P 9 100k 10k', 'o.qcow2'],
  ['qemu-img', 'create', '-f', 'qcow2', '-b', 'o.qcow2', '-F', 'qcow2', 'p.qcow2', '3M'],
  ['qemu-img', 'create', '-f', 'qcow2', '-o', 'cluster_size=4k', 's.qcow2', '1M'],
  ['qemu-io', '-f', 'qcow2', '-c', 'write -P 1 0 64k', 's.qcow2'],
  ['qemu-img', 'snapshot', '-c', 'one', 's.qcow2'],
  ['qemu-img', 'snapshot', '-c', 'two', 's.qcow2'],
  ['qemu-img', 'create', '-f', 'qcow2', 'm.qcow2', '1M'],
  ['qemu-img', 'bitmap', '--add', 'm.qcow2', 'x'],
  ['qemu-img', 'bitmap', '--add', '--disable', '-g', '32k', 'm.qcow2', 'y'],
  ['qemu-img', 'create', '-f', 'qcow2', '-o', 'compat=0.10', 'v2.qcow2', '1M'],
  ['qemu-img', 'convert', '-c', '-O', 'qcow2', 'r.raw', 'c.qcow2'],
  ['qemu-img', 'create', '-f', 'qcow2', '-u', '-b', 'gone.qcow2', '-F', 'qcow2', 'lost.qcow2', '1M'],
];

/** Files that are there without a program: name and contents. */
export const WRITTEN: readonly (readonly [name: string, contents: string])[] = [
  ['empty', ''],
  ['text', 'hello'],
  ['odd.raw', '3'.repeat(70_000)],
  ['short.qcow2', 'QFI\u{fb}'],
];

const IMAGES: Words = [
  ...['r.raw', 'b.qcow2', 'o.qcow2', 's.qcow2', 'm.qcow2', 'b.qcow2', 'o.qcow2', 'p.qcow2'],
  ...['v2.qcow2', 'c.qcow2', 'lost.qcow2', 'odd.raw', 'text', 'empty', 'short.qcow2'],
  ...['gone.qcow2', 'directory', './b.qcow2', 'file:b.qcow2', ''],
];
const NEW: Words = ['new', 'new.qcow2', 'new', 'b.qcow2', 'gone/new', 'directory'];
const FORMAT: Words = ['qcow2', 'qcow2', 'raw', 'raw', 'nosuch', ''];
const SIZE: Words = [
  '1M',
  '512',
  '1000',
  '1G',
  '0',
  '64k',
  '1.5M',
  '0x10000',
  '5',
  '2T',
  '-1',
  '1Q',
  'x',
  '',
];
const CACHE: Words = ['none', 'writeback', 'unsafe', 'writethrough', 'directsync', 'bogus'];
const OUTPUT: Words = ['json', 'human', 'xml'];
const CREATE: Words = [
  ...['cluster_size=4k', 'compat=0.10', 'compat=1.1', 'lazy_refcounts=on', 'refcount_bits=8', 'size=2M'],
  ...['cluster_size=1000', 'cluster_size=512', 'refcount_bits=3', 'compat=2', 'lazy_refcounts=maybe'],
  ...['preallocation=off', 'preallocation=bogus', 'nosuch=1', 'help', '?', 'size=x', 'cluster_size=x'],
  ...['backing_file=b.qcow2,backing_fmt=qcow2', 'backing_file=b.qcow2', 'lazy_refcounts=on,compat=0.10'],
  ...[
    'cluster_size=4k,lazy_refcounts=on',
    'refcount_bits=x',
    'size',
    'lazy_refcounts',
    'compression_type=zlib',
  ],
  ...['compression_type=bogus', 'encryption=off', 'extended_l2=off', 'preallocation=falloc', '', 'nocow=on'],
];
const SNAPSHOT: Words = ['one', 'two', '1', '2', 'three', ''];
const BITMAP: Words = ['x', 'y', 'z', ''];
const BASE: Words = ['b.qcow2', 'o.qcow2', 'b.qcow2', 'r.raw', 'gone.qcow2', ''];

/** An option with a value, or without one; an option that ends with `=` is joined with its value. */
type Option = readonly [name: string, values?: Words];

/** A command, its options, and what stands behind them. */
export interface CommandGrammar {
  readonly name: string;
  readonly options: readonly Option[];
  readonly operands: readonly Words[];
  /** Options that nearly each line has. */
  readonly usual?: readonly Option[];
}

const SHARED: readonly Option[] = [['-U'], ['--force-share']];

export const COMMANDS: readonly CommandGrammar[] = [
  {
    name: 'create',
    usual: [['-f', FORMAT]],
    options: [['-q'], ['-b', BASE], ['-F', FORMAT], ['-u'], ['-o', CREATE], ['-o', CREATE]],
    operands: [NEW, SIZE],
  },
  {
    name: 'info',
    options: [['-f', FORMAT], ['--output=', OUTPUT], ['--output', OUTPUT], ['--backing-chain'], ...SHARED],
    operands: [IMAGES],
  },
  {
    name: 'check',
    options: [
      ...([['-f', FORMAT], ['--output=', OUTPUT], ['-q'], ['-U']] as const),
      ...([
        ['-r', ['all', 'leaks', 'bogus']],
        ['-T', CACHE],
      ] as const),
    ],
    operands: [IMAGES],
  },
  {
    name: 'resize',
    options: [
      ['-f', FORMAT],
      ['-q'],
      ['--shrink'],
      ['--preallocation=', ['off', 'off', 'bogus', 'full', 'metadata']],
    ],
    operands: [IMAGES, ['+1M', '2M', '1M', '100k', '+512', '-64k', '-10M', '0', 'x', '+x', '1000', ...SIZE]],
  },
  {
    name: 'snapshot',
    usual: [['-l'], ['-c', SNAPSHOT], ['-a', SNAPSHOT], ['-d', SNAPSHOT]],
    options: [['-q'], ['-U'], ['-l'], ['-a', SNAPSHOT]],
    operands: [IMAGES],
  },
  {
    name: 'convert',
    usual: [['-O', FORMAT]],
    options: [
      ...([
        ['-f', FORMAT],
        ['-o', CREATE],
        ['-B', BASE],
        ['-F', FORMAT],
        ['-c'],
        ['-p'],
        ['-q'],
        ['-n'],
      ] as const),
      ...([
        ['-S', ['4k', '0', '512', '1000', 'x']],
        ['-m', ['1', '8', '0', '17', 'x']],
      ] as const),
      ...([['-t', CACHE], ['-T', CACHE], ['-W'], ['-U'], ['--bitmaps'], ['-l', SNAPSHOT]] as const),
      ...([
        ['--skip-broken-bitmaps'],
        ['--target-is-zero'],
        ['-r', ['1M', 'x']],
        ['-C'],
        ['--salvage'],
      ] as const),
    ],
    operands: [IMAGES, NEW],
  },
  {
    name: 'rebase',
    usual: [['-b', BASE]],
    options: [['-f', FORMAT], ['-F', FORMAT], ['-u'], ['-p'], ['-q'], ['-t', CACHE], ['-T', CACHE], ['-U']],
    operands: [IMAGES],
  },
  {
    name: 'commit',
    options: [
      ...([
        ['-f', FORMAT],
        ['-b', BASE],
        ['-d'],
        ['-p'],
        ['-q'],
        ['-t', CACHE],
        ['-r', ['1M', 'x']],
      ] as const),
    ],
    operands: [IMAGES],
  },
  {
    name: 'map',
    options: [
      ...([['-f', FORMAT], ['--output=', OUTPUT], ['-U'], ['--start-offset=', SIZE], ['-s', SIZE]] as const),
      ...([['--max-length=', SIZE]] as const),
    ],
    operands: [IMAGES],
  },
  {
    name: 'measure',
    usual: [['-O', FORMAT]],
    options: [
      ...([['-f', FORMAT], ['--output=', OUTPUT], ['-o', CREATE], ['--size', SIZE], ['-U']] as const),
      ...([['-l', SNAPSHOT]] as const),
    ],
    operands: [IMAGES],
  },
  {
    name: 'bitmap',
    usual: [['--add'], ['--remove'], ['--clear'], ['--enable'], ['--disable'], ['--merge', BITMAP]],
    options: [
      ...([
        ['-f', FORMAT],
        ['-g', ['64k', '1000', '0', 'x', '512', '4G']],
        ['-b', IMAGES],
        ['-F', FORMAT],
      ] as const),
      ...([['--disable'], ['--merge', BITMAP]] as const),
    ],
    operands: [IMAGES, BITMAP],
  },
  {
    name: 'compare',
    options: [...([['-f', FORMAT], ['-F', FORMAT], ['-p'], ['-q'], ['-s'], ['-U'], ['-T', CACHE]] as const)],
    operands: [IMAGES, IMAGES],
  },
  {
    name: 'dd',
    usual: [],
    options: [['-f', FORMAT], ['-O', FORMAT], ['-U']],
    operands: [
      ['bs=512', 'bs=4k', 'bs=1M', 'bs=0', 'bs=x', 'bogus=1'],
      ['count=3', 'count=1', 'count=0', 'count=x', 'skip=1', 'skip=1000000', 'skip=x'],
      ['if=r.raw', 'if=b.qcow2', 'if=gone.qcow2', 'if=o.qcow2', 'if='],
      ['of=new', 'of=new', 'of=gone/new', 'of='],
    ],
  },
];

/** A word out of some: the first half is taken more often. */
function word(words: Words): fc.Arbitrary<string> {
  const right = words.slice(0, Math.ceil(words.length / 2));
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...right) },
    { weight: 2, arbitrary: fc.constantFrom(...words) },
  );
}

function option([name, values]: Option): fc.Arbitrary<readonly string[]> {
  if (values === undefined) return fc.constant([name]);
  return word(values).map((value) => (name.endsWith('=') ? [`${name}${value}`] : [name, value]));
}

function options(all: readonly Option[], most: number): fc.Arbitrary<readonly string[]> {
  if (all.length === 0) return fc.constant([]);
  return fc.array(fc.constantFrom(...all).chain(option), { maxLength: most }).map((each) => each.flat());
}

/** Words that a line seldom gets besides. */
const STRAY: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 30, arbitrary: fc.constant<readonly string[]>([]) },
  { weight: 1, arbitrary: fc.constantFrom(['--bogus'], ['-Z'], ['extra'], ['-f'], ['--output'], ['-x=1']) },
);

function line({ name, usual, options: others, operands }: CommandGrammar): fc.Arbitrary<readonly string[]> {
  const first =
    usual === undefined || usual.length === 0
      ? fc.constant<readonly string[]>([])
      : fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom(...usual).chain(option) },
          { weight: 1, arbitrary: fc.constant<readonly string[]>([]) },
        );
  const places = fc.tuple(...operands.map(word), fc.nat(40)).map((all) => {
    const drop = all.at(-1) as number;
    const words = all.slice(0, -1) as string[];
    return drop === 0 ? words.slice(0, -1) : words;
  });
  return fc
    .tuple(first, options(others, 3), STRAY, places)
    .map(([usually, given, stray, rest]) => [name, ...usually, ...given, ...stray, ...rest]);
}

/** Lines without a command, or with one that isn't there. */
const BARE = fc.constantFrom<readonly string[]>(
  [],
  ['nosuch'],
  ['--bogus'],
  ['-x'],
  ['Create'],
  ['infos', 'b.qcow2'],
  ['-U', 'info', 'b.qcow2'],
);

/** Random command lines of `qemu-img`. */
export const imageLine: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...COMMANDS).chain(line) },
  { weight: 1, arbitrary: BARE },
);
