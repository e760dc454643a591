import { ImgFailure } from './context.ts';
import { parseSize } from './sizes.ts';

/** Formats that can be made here. */
export type WritableFormat = 'raw' | 'qcow2';

type Kind = 'size' | 'str' | 'bool (on/off)' | 'num';

interface CreateOption {
  readonly name: string;
  readonly kind: Kind;
  /** Words about it in `-o help`. */
  readonly help: string;
  /** Value that QEMU prints if none is given. */
  readonly fallback?: string | undefined;
}

const option = (name: string, kind: Kind, help: string, fallback?: string): CreateOption => ({
  name,
  kind,
  help,
  fallback,
});
const BOOLEAN = 'bool (on/off)';
const SIZE_OPTION = option('size', 'size', 'Virtual disk size');

/**
 * Options of new images in the order in which QEMU prints them (block/qcow2.c, block/raw-format.c,
 * block/file-posix.c).
 */
const QCOW2: readonly CreateOption[] = [
  option(
    'encryption',
    BOOLEAN,
    "Encrypt the image with format 'aes'. (Deprecated in favor of encrypt.format=aes)",
  ),
  option('encrypt.format', 'str', "Encrypt the image, format choices: 'aes', 'luks'"),
  option('encrypt.key-secret', 'str', 'ID of secret providing qcow AES key or LUKS passphrase'),
  option('encrypt.cipher-alg', 'str', 'Name of encryption cipher algorithm'),
  option('encrypt.cipher-mode', 'str', 'Name of encryption cipher mode'),
  option('encrypt.ivgen-alg', 'str', 'Name of IV generator algorithm'),
  option('encrypt.ivgen-hash-alg', 'str', 'Name of IV generator hash algorithm'),
  option('encrypt.hash-alg', 'str', 'Name of encryption hash algorithm'),
  option('encrypt.iter-time', 'num', 'Time to spend in PBKDF in milliseconds'),
  option('cluster_size', 'size', 'qcow2 cluster size', '65536'),
  option('extended_l2', BOOLEAN, 'Extended L2 tables', 'off'),
  option('preallocation', 'str', 'Preallocation mode (allowed values: off, metadata, falloc, full)'),
  option('compression_type', 'str', 'Compression method used for image cluster compression', 'zlib'),
  SIZE_OPTION,
  option('compat', 'str', 'Compatibility level (v2 [0.10] or v3 [1.1])'),
  option('backing_file', 'str', 'File name of a base image'),
  option('backing_fmt', 'str', 'Image format of the base image'),
  option('data_file', 'str', 'File name of an external data file'),
  option('data_file_raw', BOOLEAN, 'The external data file must stay valid as a raw image'),
  option('lazy_refcounts', BOOLEAN, 'Postpone refcount updates', 'off'),
  option('refcount_bits', 'num', 'Width of a reference count entry in bits', '16'),
];
const RAW: readonly CreateOption[] = [SIZE_OPTION];
const FILE: readonly CreateOption[] = [
  option('preallocation', 'str', 'Preallocation mode (allowed values: off, falloc, full)'),
  option('nocow', BOOLEAN, 'Turn off copy-on-write (valid only on btrfs)'),
  option('extent_size_hint', 'size', 'Extent size hint for the image file, 0 to disable'),
];

/** Options of a format together with those of its file. */
function optionsOf(format: WritableFormat): readonly CreateOption[] {
  const own = format === 'qcow2' ? QCOW2 : RAW;
  return [...own, ...FILE.filter(({ name }) => !own.some((each) => each.name === name))];
}

/** Options of a new image: what was given, by name. */
export class CreateOptions {
  readonly #format: WritableFormat;
  readonly #given = new Map<string, string>();

  constructor(format: WritableFormat) {
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
    if (kind === 'num') this.#given.set(name, numberOf(name, value));
    else if (kind === 'size') {
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

/**
 * Prints the options of new images, as `-o help` does.
 *
 * @param withFile - Whether the options of the file are listed, too: a command that names one knows them.
 */
export function optionHelp(format: WritableFormat, withFile: boolean): string {
  const all = withFile ? optionsOf(format) : format === 'qcow2' ? QCOW2 : RAW;
  const lines = all
    .map(({ name, kind, help }) => `  ${`${name}=<${kind}>`.padEnd(22)} - ${help}\n`)
    .toSorted();
  const more =
    'The protocol level may support further options.\nSpecify the target filename to include those options.\n';
  return withFile
    ? `Supported options:\n${lines.join('')}`
    : `Supported ${format} options:\n${lines.join('')}\n${more}`;
}

/** Tells whether lists of options ask what options there are. */
export function asksForHelp(lists: readonly string[]): boolean {
  return lists.some((list) => splitCommas(list).some((part) => part === 'help' || part === '?'));
}

/** Refuses a list of options with a comma at an end, or an empty one, while the line is read. */
export function checkOptionList(name: string, value: string): void {
  if (name !== 'o') return;
  if (value === '' || value.startsWith(',') || /(?<!,)(?:,,)*,$/.test(value)) {
    throw new ImgFailure(`Invalid option list: ${value}`);
  }
}

/** Sets the options of a backing file and its format that have a letter of their own. */
export function setBacking(
  options: CreateOptions,
  format: WritableFormat,
  file: string | undefined,
  fileFormat: string | undefined,
): void {
  if (format === 'raw') {
    if (file !== undefined) throw new ImgFailure("Backing file not supported for file format 'raw'");
    if (fileFormat !== undefined)
      throw new ImgFailure("Backing file format not supported for file format 'raw'");
    return;
  }
  if (file !== undefined) options.set('backing_file', file);
  if (fileFormat !== undefined) options.set('backing_fmt', fileFormat);
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

/** Reads a number as C does: decimal, or hexadecimal with `0x`, or octal with `0`; a negative one wraps. */
function numberOf(name: string, text: string): string {
  const [, sign = '', digits = ''] = /^\s*([+-]?)(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.exec(text) ?? [];
  if (digits === '') throw new ImgFailure(`Parameter '${name}' expects a number`);
  const value = BigInt(/^0\d/.test(digits) ? `0o${digits}` : digits);
  return String(BigInt.asIntN(64, sign === '-' ? -value : value));
}
