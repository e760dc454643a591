import * as fc from 'fast-check';

/** A command of `qemu-img`, or commands of `qemu-io` that write into an image. */
export type ImageStep =
  | { readonly run: readonly string[] }
  | { readonly file: string; readonly format: string; readonly io: readonly string[] };

/** An image that a step before has made. */
interface Made {
  readonly name: string;
  readonly format: string;
}

/** Numbers that choose what a step does, so that a sequence gets smaller step by step. */
type Choice = readonly [kind: number, first: number, second: number, third: number];

const SIZES = ['1M', '3M', '1536k', '700000', '64k', '5M'];
const CREATE_OPTIONS = [
  [],
  ['-o', 'cluster_size=4k'],
  ['-o', 'cluster_size=512'],
  ['-o', 'compat=0.10'],
  ['-o', 'refcount_bits=64'],
  ['-o', 'refcount_bits=1'],
  ['-o', 'lazy_refcounts=on'],
];
const NEW_SIZES = ['+1M', '3M', '1M', '100k', '+512', '-64k'];
const BLOCK_SIZES = ['512', '4k', '1M'];

/** Sequences of up to `most` steps. Each begins with an image or two. */
export function imageSteps(most: number): fc.Arbitrary<readonly ImageStep[]> {
  const number = fc.nat(999);
  const choice = fc.tuple(fc.nat(15), number, number, number);
  return fc.array(choice, { minLength: 2, maxLength: most }).map(stepsOf);
}

function stepsOf(choices: readonly Choice[]): ImageStep[] {
  const made: Made[] = [];
  return choices.flatMap((choice, index) =>
    stepOf(index === 0 ? [0, choice[1], choice[2], 1] : choice, made),
  );
}

function pick<T>(list: readonly T[], number: number): T {
  return list[number % list.length] as T;
}

function stepOf([kind, a, b, c]: Choice, made: Made[]): ImageStep[] {
  if (kind < 3 || made.length === 0) return create(a, b, c, made);
  const image = pick(made, a);
  const at = made.indexOf(image);
  const { name, format } = image;
  const typed = ['-f', format];
  const run = (...args: string[]): ImageStep[] => [{ run: args }];
  switch (kind) {
    case 3:
      return [{ file: name, format, io: writes(b, c, format) }];
    case 4:
      return run('snapshot', '-c', pick(['a', 'b'], b), name);
    case 5:
      return run('snapshot', pick(['-a', '-d'], b), pick(['a', 'b', '1'], c), name);
    case 6:
      return run('resize', ...typed, ...pick([[], ['--shrink']], c), name, pick(NEW_SIZES, b));
    case 7: {
      const target = pick(['qcow2', 'qcow2', 'raw'], b);
      const result = { name: `i${made.length}.${target}`, format: target };
      made.push(result);
      const packed = target === 'qcow2' && c % 2 === 0 ? ['-c'] : [];
      return run('convert', ...packed, ...typed, '-O', target, name, result.name);
    }
    case 8:
      return run('commit', ...typed, ...pick([[], ['-d'], ['-q']], b), name);
    case 9: {
      const base = at === 0 ? undefined : pick(made.slice(0, at), b);
      const to = base === undefined || c % 4 === 0 ? ['-b', ''] : ['-b', base.name, '-F', base.format];
      return format === 'qcow2' ? run('rebase', ...typed, ...to, name) : run('info', ...typed, name);
    }
    case 10:
      return run(
        'bitmap',
        `--${pick(['add', 'remove', 'clear', 'disable'], b)}`,
        ...typed,
        name,
        pick(['x', 'y'], c),
      );
    case 11:
      return run('info', ...typed, ...pick([[], ['--output=json'], ['--backing-chain']], b), name);
    case 12:
      return run('check', ...typed, ...pick([[], ['--output=json'], ['-r', 'all']], b), name);
    case 13:
      return run('map', ...typed, '--output=json', name);
    case 14:
      return run('measure', ...typed, '-O', pick(['qcow2', 'raw'], b), name);
    default: {
      const other = pick(made, b);
      if (c % 2 === 0) return run('compare', ...typed, '-F', other.format, name, other.name);
      return run(
        'dd',
        ...typed,
        '-O',
        format,
        `bs=${pick(BLOCK_SIZES, b)}`,
        'count=3',
        `if=${name}`,
        'of=dd.img',
      );
    }
  }
}

function create(a: number, b: number, c: number, made: Made[]): ImageStep[] {
  const base = made.length === 0 || c % 2 === 0 ? undefined : pick(made, b);
  const format = base === undefined && a % 4 === 3 ? 'raw' : 'qcow2';
  const name = `i${made.length}.${format}`;
  const backing = base === undefined ? [] : ['-b', base.name, '-F', base.format];
  const options = format === 'raw' ? [] : pick(CREATE_OPTIONS, a);
  const size = base !== undefined && c % 3 === 0 ? [] : [pick(SIZES, b)];
  made.push({ name, format });
  return [
    { run: ['create', '-f', format, ...backing, ...options, name, ...size] },
    { file: name, format, io: writes(a, b, format) },
  ];
}

function writes(a: number, b: number, format: string): string[] {
  const offset = (a % 64) * pick([512, 4096, 16_384], b);
  const length = ((b % 40) + 1) * pick([512, 4096], a);
  const first = `write -P ${(a % 254) + 1} ${offset} ${length}`;
  // Zeros that were written to a raw file can't be told from a hole without the file system's help.
  if (format === 'raw') return [first];
  return pick([[first], [first, `write -z ${offset} 4096`], [first, `discard ${length} 65536`]], a + b);
}
