import { ImgFailure } from './context.ts';
import { parseSize } from './sizes.ts';

type Kind = 'size' | 'str' | 'bool (on/off)' | 'num';

interface CreateOption {
  readonly name: string;
  readonly kind: Kind;
  /** Value that QEMU prints if none is given. */
  readonly fallback?: string | undefined;
}

const option = (name: string, kind: Kind, fallback?: string): CreateOption => ({ name, kind, fallback });

/**
 * Options of new images in the order in which QEMU prints them (block/qcow2.c, block/raw-format.c,
 * block/file-posix.c).
 */
const QCOW2: readonly CreateOption[] = [
  option('cluster_size', 'size', '65536'),
  option('extended_l2', 'bool (on/off)', 'off'),
  option('preallocation', 'str'),
  option('compression_type', 'str', 'zlib'),
  option('size', 'size'),
  option('compat', 'str'),
  option('encryption', 'bool (on/off)'),
  option('encrypt.format', 'str'),
  option('encrypt.key-secret', 'str'),
  option('encrypt.cipher-alg', 'str'),
  option('encrypt.cipher-mode', 'str'),
  option('encrypt.ivgen-alg', 'str'),
  option('encrypt.ivgen-hash-alg', 'str'),
  option('encrypt.hash-alg', 'str'),
  option('encrypt.iter-time', 'num'),
  option('backing_file', 'str'),
  option('backing_fmt', 'str'),
  option('data_file', 'str'),
  option('data_file_raw', 'bool (on/off)'),
  option('lazy_refcounts', 'bool (on/off)', 'off'),
  option('refcount_bits', 'num', '16'),
];
const RAW: readonly CreateOption[] = [option('size', 'size')];
const FILE: readonly CreateOption[] = [
  option('preallocation', 'str'),
  option('nocow', 'bool (on/off)'),
  option('extent_size_hint', 'size'),
];

/** Options of a format together with those of its file. */
function optionsOf(format: 'raw' | 'qcow2'): readonly CreateOption[] {
  const own = format === 'qcow2' ? QCOW2 : RAW;
  return [...own, ...FILE.filter(({ name }) => !own.some((each) => each.name === name))];
}

/** Options of a new image: what was given, by name. */
export class CreateOptions {
  readonly #format: 'raw' | 'qcow2';
  readonly #given = new Map<string, string>();

  constructor(format: 'raw' | 'qcow2') {
    this.#format = format;
  }

  /**
   * Takes `name=value,…`; a comma in a value is doubled.
   *
   * @throws {@link ImgFailure} in QEMU's words for a name or a value that isn't one.
   */
  add(text: string): void {
    for (const part of splitCommas(text)) {
      const equals = part.indexOf('=');
      const bare = equals === -1;
      const name = bare ? part.replace(/^no(?=.)/, '') : part.slice(0, equals);
      const known = optionsOf(this.#format).find((each) => each.name === (bare ? part : name));
      if (known === undefined) throw new ImgFailure(`Invalid parameter '${bare ? part : name}'`);
      this.set(known.name, bare ? 'on' : part.slice(equals + 1));
    }
  }

  /** Sets one option, and checks the form of its value. */
  set(name: string, value: string): void {
    const kind = optionsOf(this.#format).find((each) => each.name === name)?.kind;
    if (kind === undefined) throw new ImgFailure(`Invalid parameter '${name}'`);
    if (kind === 'bool (on/off)' && value !== 'on' && value !== 'off') {
      throw new ImgFailure(`Parameter '${name}' expects 'on' or 'off'`);
    }
    if (kind === 'num' && !/^\d+$/.test(value)) throw new ImgFailure(`Parameter '${name}' expects a number`);
    if (kind === 'size') {
      const size = parseSize(value);
      if (size === undefined) {
        throw new ImgFailure(
          `Parameter '${name}' expects a non-negative number below 2^64\n` +
            'Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\nand exabytes, respectively.',
        );
      }
      this.#given.set(name, String(BigInt(size)));
    } else this.#given.set(name, value);
  }

  /** Value of an option as text, given or by default. */
  get(name: string): string | undefined {
    return this.#given.get(name) ?? optionsOf(this.#format).find((each) => each.name === name)?.fallback;
  }

  /** Tells whether an option was given. */
  has(name: string): boolean {
    return this.#given.has(name);
  }

  /** Everything that is set, as `qemu-img create` prints it. */
  describe(): string {
    return optionsOf(this.#format)
      .map(({ name }) => [name, this.get(name)] as const)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
  }
}

/** Names and kinds of the options of a format, sorted: what `-o help` lists. */
export function optionNames(format: 'raw' | 'qcow2'): readonly string[] {
  const own = format === 'qcow2' ? QCOW2 : RAW;
  return own.map(({ name, kind }) => `${name}=<${kind}>`).toSorted();
}

/** Splits at single commas, and makes double ones single. */
function splitCommas(text: string): string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== ',') parts[parts.length - 1] += text.charAt(at);
    else if (text[at + 1] === ',') {
      parts[parts.length - 1] += ',';
      at += 1;
    } else parts.push('');
  }
  return parts.filter((part) => part !== '');
}
