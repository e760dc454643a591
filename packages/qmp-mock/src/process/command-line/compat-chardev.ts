import { parseQemuOpts, QemuOpts, type OptionGroup } from './qemu-opts.ts';
import { StartError } from './start-error.ts';

/** Meaning of the short form of a chardev. */
export type CompatChardev =
  /** A chardev of its own. */
  | { readonly opts: QemuOpts }
  /** Nothing; QEMU's words for why, which may be none. */
  | { readonly faults: readonly string[] };

/** Short forms that are the name of a kind, and no more. */
const BARE = new Set(['null', 'pty', 'msmouse', 'wctablet', 'braille', 'testdev', 'stdio']);

/** Members that the protocol of a network address stands for. */
const PROTOCOLS: Readonly<Record<string, readonly [string, string][]>> = {
  tcp: [],
  telnet: [['telnet', 'on']],
  tn3270: [['tn3270', 'on']],
  websocket: [['websocket', 'on']],
};

/**
 * Reads the short forms of `-qmp`, `-monitor` and `-serial` as QEMU does (`qemu_chr_parse_compat` of its
 * `chardev/char.c`), with its limits: a host can't have a colon, so there is no way to write an IPv6 address.
 *
 * @param group - Parameters of `-chardev`, for the part after an address.
 */
export function compatChardev(text: string, id: string, group: OptionGroup): CompatChardev {
  const made = (...values: (readonly [string, string])[]): CompatChardev => ({
    opts: new QemuOpts(id, new Map(values)),
  });
  if (text.startsWith('mon:')) {
    const rest = text.slice('mon:'.length);
    const found = compatChardev(rest, id, group);
    if ('faults' in found) return found;
    const mux = [['mux', 'on'], ...(rest === 'stdio' ? [['signal', 'off']] : [])] as [string, string][];
    return made(...mux, ...found.opts.entries());
  }
  if (BARE.has(text)) return made(['backend', text]);
  if (text.startsWith('vc')) {
    if (text[2] !== ':') return made(['backend', 'vc']);
    const [, width, height] = /^vc:(\d{1,7})x(\d{1,7})/.exec(text) ?? [];
    if (width !== undefined && height !== undefined)
      return made(['backend', 'vc'], ['width', width], ['height', height]);
    const [, columns, rows] = /^vc:(\d{1,7})Cx(\d{1,7})/.exec(text) ?? [];
    if (columns !== undefined && rows !== undefined)
      return made(['backend', 'vc'], ['cols', columns], ['rows', rows]);
    return { faults: [] };
  }
  if (text.startsWith('COM')) return made(['backend', 'serial'], ['path', text]);
  const [, word = '', rest = ''] = /^(\w+):([^]*)$/.exec(text) ?? [];
  if (word === 'file' || word === 'pipe') return made(['backend', word], ['path', rest]);
  if (word === 'unix') return withMore([['backend', 'socket']], rest, { ...group, implied: 'path' }, id);
  if (Object.hasOwn(PROTOCOLS, word)) {
    const place = address(rest, ',');
    if (place === undefined) return { faults: [] };
    const { host, port, after } = place;
    const own: [string, string][] = [
      ['backend', 'socket'],
      ['host', host],
      ['port', port],
    ];
    // The protocol's own parameters come last and win.
    return withMore(own, after.startsWith(',') ? after.slice(1) : '', group, id, PROTOCOLS[word]);
  }
  if (word === 'udp') {
    const remote = address(rest, '@,');
    if (remote === undefined) return { faults: [] };
    const values: [string, string][] = [
      ['backend', 'udp'],
      ['host', remote.host],
      ['port', remote.port],
    ];
    if (!remote.after.startsWith('@')) return made(...values);
    const local = address(remote.after.slice(1), ',');
    return local === undefined
      ? { faults: [] }
      : made(...values, ['localaddr', local.host], ['localport', local.port]);
  }
  if (/^\/dev\/(?:parport|ppi)/.test(text)) return made(['backend', 'parallel'], ['path', text]);
  if (text.startsWith('/dev/')) return made(['backend', 'serial'], ['path', text]);
  return { faults: [`'${text}' is not a valid char driver`] };
}

/** How many characters of a host and of a port QEMU reads. */
const [HOST_LIMIT, PORT_LIMIT] = [64, 32];

/** A host and a port, and what follows them: `localhost:4444`, or `:4444`. */
function address(text: string, ends: string): { host: string; port: string; after: string } | undefined {
  const colon = text.indexOf(':');
  if (colon < 0 || colon > HOST_LIMIT) return undefined;
  const from = colon + 1;
  let to = from;
  while (to < text.length && to - from < PORT_LIMIT && !ends.includes(text[to]!)) to++;
  return to === from
    ? undefined
    : { host: text.slice(0, colon), port: text.slice(from, to), after: text.slice(to) };
}

/** Members as they are written for `-chardev`, added to others. An `id` among them is passed over. */
function withMore(
  values: readonly (readonly [string, string])[],
  text: string,
  group: OptionGroup,
  id: string,
  last: readonly (readonly [string, string])[] = [],
): CompatChardev {
  try {
    const more = parseQemuOpts(text, { ...group, warnsOfFlags: false, ignoresId: true });
    return { opts: new QemuOpts(id, new Map([...values, ...more.entries(), ...last])) };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return { faults: [error.message] };
  }
}
