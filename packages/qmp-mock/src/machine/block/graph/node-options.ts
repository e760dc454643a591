import { QDict, type QValue } from '../../../engine/json/value.ts';
import { genericError } from '../../command.ts';
import type { NodeState } from './node.ts';

/** Options that a child gets from its parent if it wasn't given them (`bdrv_inherited_options`). */
export function inheritedOptions(parent: QDict, role: 'file' | 'backing'): QDict {
  const cache = parent.get('cache');
  const options = new QDict();
  if (cache instanceof QDict) options.set('cache', new QDict(cache));
  copy(parent, options, 'force-share');
  if (role === 'backing') {
    options.set('read-only', true);
    options.set('auto-read-only', false);
  } else {
    copy(parent, options, 'read-only');
    copy(parent, options, 'auto-read-only');
  }
  options.set('discard', 'unmap');
  return options;
}

function copy(from: QDict, to: QDict, name: string): void {
  const value = from.get(name);
  if (value !== undefined) to.set(name, value);
}

/** Options with those that are missing taken from others; caches are joined. */
export function withDefaults(options: QDict, defaults: QDict): QDict {
  const joined = new QDict([...defaults, ...options]);
  const [own, other] = [options.get('cache'), defaults.get('cache')];
  if (own instanceof QDict && other instanceof QDict) joined.set('cache', new QDict([...other, ...own]));
  return joined;
}

const isOn = (value: QValue | undefined): boolean => value === true || value === 'on';

/** Reads the options that every node has. Throws QEMU's refusal. */
export function stateOf(options: QDict): NodeState {
  const cache = options.get('cache');
  const cached = (name: string): boolean => cache instanceof QDict && isOn(cache.get(name));
  const detectZeroes = (options.get('detect-zeroes') as string | undefined) ?? 'off';
  if (detectZeroes === 'unmap' && options.get('discard') !== 'unmap') {
    throw genericError(
      'setting detect-zeroes to unmap is not allowed without setting discard operation to unmap',
    );
  }
  return {
    readOnly: isOn(options.get('read-only')),
    autoReadOnly: isOn(options.get('auto-read-only')),
    direct: cached('direct'),
    noFlush: cached('no-flush'),
    detectZeroes,
    forceShare: isOn(options.get('force-share')),
  };
}
