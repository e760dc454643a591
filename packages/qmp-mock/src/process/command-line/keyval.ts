import { QDict, type QValue } from '../../engine/json/value.ts';
import { takeValue } from './qemu-opts.ts';
import { StartError } from './start-error.ts';

/** A component of a key (`key_to_index` and `keyval_parse_one` in QEMU's `util/keyval.c`). */
const COMPONENT = /^(?:\d+|[A-Za-z][\w-]*|__[\w.-]+)$/;

/**
 * Takes an argument of the form `a.b=value,c.0=value` apart, the newer of QEMU's two forms: keys with dots
 * are members of objects, and objects whose keys count from 0 are lists. Values stay text.
 *
 * @param implied - The key that a first value without one is for.
 * @throws StartError with QEMU's text.
 */
export function parseKeyval(text: string, implied: string): QDict {
  const root = new QDict();
  let rest = text;
  for (let first = true; rest !== ''; first = false) {
    const bare = /^[^=,]*/.exec(rest)?.[0] ?? '';
    if (rest[bare.length] === '=') {
      const [value, after] = takeValue(rest.slice(bare.length + 1));
      put(root, bare, value);
      rest = after;
    } else if (first && implied !== '') {
      const [value, after] = takeValue(rest);
      put(root, implied, value);
      rest = after;
    } else {
      throw new StartError(`Expected '=' after parameter '${bare}'`);
    }
  }
  return listsOf(root) as QDict;
}

function put(root: QDict, key: string, value: string): void {
  let dict = root;
  const components = key.split('.');
  for (const [index, component] of components.entries()) {
    if (!COMPONENT.test(component)) throw new StartError(`Invalid parameter '${key}'`);
    const path = components.slice(0, index + 1).join('.');
    const there = dict.get(component);
    if (index === components.length - 1) {
      if (there instanceof QDict) throw new StartError(`Parameters '${path}.*' used inconsistently`);
      dict.delete(component);
      dict.set(component, value);
    } else if (there instanceof QDict) {
      dict = there;
    } else {
      if (there !== undefined) throw new StartError(`Parameters '${path}.*' used inconsistently`);
      const made = new QDict();
      dict.set(component, made);
      dict = made;
    }
  }
}

/** Objects whose keys are numbers become lists. */
function listsOf(value: QValue): QValue {
  if (!(value instanceof QDict)) return value;
  const entries = [...value].map(([key, member]) => [key, listsOf(member)] as const);
  if (entries.length === 0 || !entries.every(([key]) => /^\d+$/.test(key))) return new QDict(entries);
  return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, member]) => member);
}
