import { QDict, type QValue } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { isIdentifier } from '../identifier.ts';
import { givenValue } from '../qom/given-value.ts';
import { optionValues } from '../setup/option-values.ts';

/** A chardev that a line of the human monitor describes, or the lines that say what is wrong with it. */
type ChardevOfLine =
  | { readonly id: string | undefined; readonly backend: QDict }
  | {
      readonly lines: readonly string[];
      /** Whether it couldn't be taken apart. */
      readonly isUnread: boolean;
    };

/** Members of `chardev-add` by parameters of `-chardev`, for each kind that is taken from a line. */
const MEMBERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  null: {},
  ringbuf: { size: 'size' },
  memory: { size: 'size' },
  mux: { chardev: 'chardev' },
  file: { path: 'out', 'input-path': 'in', append: 'append' },
  pipe: { path: 'device' },
  serial: { path: 'device' },
  vc: {},
  msmouse: {},
  testdev: {},
  wctablet: {},
};
/** Parameters of every kind. */
const COMMON: Readonly<Record<string, string>> = { logfile: 'logfile', logappend: 'logappend' };
/** Refusals of kinds whose parameter is missing. */
const NEEDED: Readonly<Record<string, readonly [parameter: string, refusal: string]>> = {
  file: ['path', 'file: no filename given'],
  pipe: ['path', 'pipe: no device path given'],
  serial: ['path', 'serial/tty: no device path given'],
  mux: ['chardev', 'mux: no chardev given'],
};
const HINT = "Identifiers consist of letters, digits, '-', '.', '_', starting with a letter.";
const UNREAD = 'Error: Parsing chardev args failed';

/**
 * Reads `KIND,id=ID,name=value` as `-chardev` is read (`qemu_chr_new_from_opts` in `chardev/char.c`).
 *
 * @param parameters - The parameters that `-chardev` takes.
 * @param isKind - Whether the version has a kind.
 */
export function chardevOfLine(
  line: string,
  parameters: Readonly<Record<string, string>>,
  isKind: (type: string) => boolean,
): ChardevOfLine {
  const values = new Map(optionValues(line, 'backend'));
  const id = values.get('id');
  if (id !== undefined && !isIdentifier(id)) {
    return { lines: ["Parameter 'id' expects an identifier", HINT, UNREAD], isUnread: true };
  }
  values.delete('id');
  for (const name of values.keys()) {
    if (!Object.hasOwn(parameters, name)) {
      return { lines: [`Invalid parameter '${name}'`, UNREAD], isUnread: true };
    }
  }
  const refuse = (text: string): ChardevOfLine => ({ lines: [`Error: ${text}`], isUnread: false });
  const type = values.get('backend');
  if (type === undefined) return id === undefined ? { id, backend: new QDict() } : refuse(noBackend(id));
  if (!isKind(type)) return refuse(`'${type}' is not a valid char driver name`);
  const needed = Object.hasOwn(NEEDED, type) ? NEEDED[type] : undefined;
  if (needed !== undefined && !values.has(needed[0])) return refuse(`chardev: ${needed[1]}`);
  return { id, backend: backendOf(type, values, parameters) };
}

const noBackend = (id: string): string => `chardev: "${id}" missing backend`;

function backendOf(
  type: string,
  values: ReadonlyMap<string, string>,
  parameters: Readonly<Record<string, string>>,
): QDict {
  const members = Object.hasOwn(MEMBERS, type) ? MEMBERS[type] : undefined;
  if (members === undefined) notModelled(`a chardev ${type} of a line`);
  const data = new QDict();
  for (const [name, text] of values) {
    if (name === 'backend') continue;
    const member = members[name] ?? COMMON[name] ?? notModelled(`a chardev ${type} with ${name}`);
    data.set(member, typed(parameters[name] ?? 'string', name, text));
  }
  return new QDict([
    ['type', type],
    ['data', data],
  ]);
}

function typed(type: string, name: string, text: string): QValue {
  const kind = { boolean: 'bool', number: 'int', size: 'size' }[type];
  if (kind === undefined) return text;
  return givenValue(kind, name, text) ?? notModelled(`the value ${text} of ${name}`);
}
