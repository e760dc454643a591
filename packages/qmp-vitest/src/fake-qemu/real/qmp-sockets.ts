import type { QmpAddress } from 'qmp-core/transport';
import { quoteOption } from '../../qemu/quote.ts';

/** A socket on a command line over which QEMU speaks QMP. */
export interface QmpSocket {
  /** Index of the word that describes it. */
  readonly at: number;
  /** Address that QEMU listens on, or dials. */
  readonly address: QmpAddress;
  readonly listens: boolean;
  /** Whether QEMU dials again when its connection has ended, or couldn't be made. */
  readonly dialsAgain: boolean;
  /** The same word with a UNIX socket as the address. */
  readonly over: (path: string) => string;
}

/** Members of a socket chardev that are its address, or for TCP alone. */
const OF_ADDRESS = new Set(
  'path host port to fd ipv4 ipv6 localaddr localport nodelay delay abstract tight mptcp keep-alive'.split(
    ' ',
  ),
);

/** Members that put another protocol around QMP. */
const PROTOCOLS = ['telnet', 'tn3270', 'websocket', 'tls-creds'];

/**
 * Finds the sockets of QMP monitors: `-qmp` and `-qmp-pretty`, and `-chardev socket` with `-mon`. What isn't
 * plain QMP (TLS, websocket, telnet), or whose address only QEMU knows (port 0, a range of ports), isn't
 * among them.
 */
export function findQmpSockets(argv: readonly string[]): readonly QmpSocket[] {
  const monitors = new Set(optionsOf(argv, 'mon').flatMap(({ at }) => controlledBy(argv[at]!) ?? []));
  const sockets = [
    ...optionsOf(argv, 'qmp', 'qmp-pretty').map(({ at }) => ofMonitor(at, argv[at]!)),
    ...optionsOf(argv, 'chardev').map(({ at }) => ofChardev(at, argv[at]!, monitors)),
  ];
  return sockets.filter((socket) => socket !== undefined);
}

function optionsOf(argv: readonly string[], ...names: readonly string[]): { readonly at: number }[] {
  const words = new Set(names.flatMap((name) => [`-${name}`, `--${name}`]));
  return argv.flatMap((word, at) => (words.has(word) && at + 1 < argv.length ? [{ at: at + 1 }] : []));
}

/** Id of the chardev that a `-mon` has QMP spoken on. */
function controlledBy(argument: string): string | undefined {
  const values = valuesOf(partsOf(argument), 'chardev');
  return values.get('mode') === 'control' ? values.get('chardev') : undefined;
}

function ofMonitor(at: number, argument: string): QmpSocket | undefined {
  const [, kind, rest = ''] = /^(unix|tcp):(.*)$/s.exec(argument) ?? [];
  if (kind === undefined) return undefined;
  const [first = '', ...parts] = partsOf(rest);
  if (kind === 'unix') return socketOf(at, [first], parts, 'path', (words) => `unix:${words}`);
  const [, host = '', port = ''] = /^(.*):([^:]*)$/s.exec(first) ?? [];
  return socketOf(at, [`host=${host}`, `port=${port}`], parts, 'path', (words) => `unix:${words}`);
}

function ofChardev(at: number, argument: string, monitors: ReadonlySet<string>): QmpSocket | undefined {
  const [backend = '', ...parts] = partsOf(argument);
  const id = valuesOf(parts).get('id') ?? '';
  if (backend.replace(/^backend=/, '') !== 'socket' || !monitors.has(id)) return undefined;
  return socketOf(at, [], parts, '', (words) => `socket,${words}`);
}

function socketOf(
  at: number,
  address: readonly string[],
  parts: readonly string[],
  implied: string,
  word: (words: string) => string,
): QmpSocket | undefined {
  const values = valuesOf([...address, ...parts], implied);
  const isOn = (name: string): boolean => /^(on|yes|true|y)$/.test(values.get(name) ?? '');
  if (PROTOCOLS.some((name) => values.has(name) && (name === 'tls-creds' || isOn(name)))) return undefined;
  const place = addressOf(values);
  if (place === undefined || isOn('abstract') || values.has('to')) return undefined;
  const rest = parts.filter((part) => !OF_ADDRESS.has(part.split('=')[0]!.replace(/^no(?=delay)/, '')));
  return {
    at,
    address: place,
    listens: isOn('server'),
    dialsAgain: values.has('reconnect') || values.has('reconnect-ms'),
    over: (path) => word([`path=${quoteOption(path)}`, ...rest].join(',')),
  };
}

function addressOf(values: ReadonlyMap<string, string>): QmpAddress | undefined {
  const [path, fd] = [values.get('path'), values.get('fd')];
  if (path !== undefined) return { kind: 'unix', path };
  if (fd !== undefined) return /^\d+$/.test(fd) ? { kind: 'fd', fd: Number(fd) } : undefined;
  const port = values.get('port') ?? '';
  const host = (values.get('host') ?? '').replace(/^\[(.*)\]$/, '$1');
  return /^[1-9]\d*$/.test(port) ? { kind: 'tcp', host: host || '127.0.0.1', port: Number(port) } : undefined;
}

/** Parts of an argument, as they are written: a comma that is written twice divides nothing. */
function partsOf(argument: string): string[] {
  return argument.match(/(?:[^,]|,,)+/gs) ?? [];
}

function valuesOf(parts: readonly string[], implied: string = ''): ReadonlyMap<string, string> {
  const values = parts.map((written, index): [string, string] => {
    const part = written.replaceAll(',,', ',');
    const at = part.indexOf('=');
    if (at > 0) return [part.slice(0, at), part.slice(at + 1)];
    if (index === 0 && implied !== '') return [implied, part];
    return part.startsWith('no') ? [part.slice(2), 'off'] : [part, 'on'];
  });
  return new Map(values);
}
