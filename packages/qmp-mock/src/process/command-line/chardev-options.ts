import type { MachineRules } from '../../machine/machine-rules.ts';
import { QDict } from '../../engine/json/value.ts';
import { parseSize, type QemuOpts } from './qemu-opts.ts';
import type { ChardevSpec, SocketPlace } from './socket-address.ts';
import { StartError } from './start-error.ts';

/** Kinds that a QEMU has in modules of their own: whether they are there depends on how it was installed. */
const MODULES: readonly string[] = ['spicevmc', 'spiceport', 'dbus', 'braille'];

/** Names of kinds that went. */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ['tty', 'serial'],
  ['parport', 'parallel'],
]);

/** Kinds that have something behind them here. */
const MODELLED: readonly string[] = ['socket', 'stdio', 'file', 'null'];

/** Things that a chardev may refer to, and facts about its version. */
export interface ChardevContext {
  readonly rules: MachineRules;
  /** Kinds that the version has. Asked only for one that is not modelled. */
  readonly kinds: () => readonly string[];
  /** Whether a chardev with that name is there already. */
  readonly exists: (id: string) => boolean;
}

/**
 * Reads the specification in a `-chardev`. Throws QEMU's refusals (`chardev/char.c`, and the `parse` function
 * of each kind).
 */
export function chardevFromOpts(opts: QemuOpts, context: ChardevContext): ChardevSpec {
  const asked = opts.get('backend');
  const backend = context.rules.chardevAliases ? (ALIASES.get(asked ?? '') ?? asked) : asked;
  if (opts.id === undefined) throw new StartError('chardev: no id specified');
  if (backend === undefined) throw new StartError(`chardev: "${opts.id}" missing backend`);
  if (!MODELLED.includes(backend) && !MODULES.includes(backend) && !context.kinds().includes(backend)) {
    throw new StartError(`'${backend}' is not a valid char driver name`);
  }
  const mux = opts.bool('mux', false);
  const log = opts.get('logfile');
  const logFile = log === undefined ? {} : { logFile: { path: log, append: opts.bool('logappend', false) } };
  if (backend === 'socket') return { ...socketFromOpts(opts, context.rules, mux), ...logFile };
  if (backend === 'stdio') return { kind: 'stdio', mux, ...logFile };
  if (backend === 'file') {
    const path = opts.get('path');
    if (path === undefined) throw new StartError('chardev: file: no filename given');
    const input = opts.get('input-path');
    return { kind: 'file', path, append: opts.bool('append', false), input, mux, ...logFile };
  }
  INERT[backend]?.(opts, context);
  // Devices and pipes are not opened, but have to be there.
  const opens = ['pipe', 'serial', 'parallel'].includes(backend) ? opts.get('path') : undefined;
  return { kind: 'inert', name: backend, opens, bases: basesOf(opts, backend), mux, ...logFile };
}

/** Chardevs below a multiplexer or a hub. */
function basesOf(opts: QemuOpts, backend: string): readonly string[] {
  const names = backend === 'mux' ? ['chardev'] : ['chardevs.0', 'chardevs.1', 'chardevs.2', 'chardevs.3'];
  return backend === 'mux' || backend === 'hub' ? names.flatMap((name) => opts.get(name) ?? []) : [];
}

type Check = (opts: QemuOpts, context: ChardevContext) => void;

function needs(name: string, refusal: string): Check {
  return (opts) => {
    if (opts.get(name) === undefined) throw new StartError(`chardev: ${refusal}`);
  };
}

const checkRing: Check = (opts) => {
  // It passes through an `int`; what is negative then is not a power of two of 64 bits.
  const size = Number(BigInt.asIntN(32, BigInt(Math.floor(parseSize(opts.get('size') ?? '') ?? 0))));
  if (size !== 0 && (size < 0 || (size & (size - 1)) !== 0)) {
    throw new StartError('size of ringbuf chardev must be power of two');
  }
};

/** Checks of the kinds that aren't connected to anything here. */
const INERT: Readonly<Record<string, Check>> = {
  pipe: needs('path', 'pipe: no device path given'),
  serial: needs('path', 'serial/tty: no device path given'),
  parallel: needs('path', 'parallel: no device path given'),
  udp: (opts) => {
    if ((opts.get('port') ?? '') === '') throw new StartError('chardev: udp: remote port not specified');
  },
  ringbuf: checkRing,
  memory: checkRing,
  spicevmc: needs('name', 'spice channel: no name given'),
  spiceport: needs('name', 'spice port: no name given'),
  dbus: needs('name', 'dbus: no name given'),
  mux: (opts, { exists }) => {
    const base = opts.get('chardev');
    if (base === undefined) throw new StartError('chardev: mux: no chardev given');
    if (!exists(base)) throw new StartError(`mux: base chardev ${base} not found`);
  },
  hub: (opts, { exists }) => {
    if (opts.get('chardevs.0') === undefined) throw new StartError("hub: 'chardevs' list is not defined");
    for (let at = 0; at < 4; at += 1) {
      const name = opts.get(`chardevs.${at}`);
      if (name === undefined) return;
      if (!exists(name)) throw new StartError(`hub: chardev can't be found by id '${name}'`);
    }
  },
};

function socketFromOpts(opts: QemuOpts, rules: MachineRules, mux: boolean): ChardevSpec & { kind: 'socket' } {
  const path = opts.get('path');
  const host = opts.get('host');
  const fd = opts.get('fd');
  if ([path, host, fd].filter((item) => item !== undefined).length > 1) {
    throw new StartError("None or one of 'path', 'fd' or 'host' option required.");
  }
  if (opts.has('delay') && opts.has('nodelay')) {
    throw new StartError("'delay' and 'nodelay' are mutually exclusive");
  }
  const server = opts.bool('server', false);
  if (rules.reconnectMilliseconds && opts.has('reconnect') && opts.has('reconnect-ms')) {
    throw new StartError("'reconnect' and 'reconnect-ms' are mutually exclusive");
  }
  const reconnectMs = opts.number('reconnect-ms') ?? (opts.number('reconnect') ?? 0) * 1000;
  const place = placeFromOpts(path, host, opts.get('port'), fd, familyOf(opts));
  if (place.kind === 'fd' && reconnectMs > 0) {
    const name = opts.has('reconnect-ms') || !rules.reconnectSeconds ? 'reconnect-ms' : 'reconnect';
    throw new StartError(`'${name}' option is incompatible with 'fd' address type`);
  }
  const tlsCreds = opts.get('tls-creds');
  if (opts.has('tls-authz') && tlsCreds === undefined) {
    throw new StartError("'tls_authz' option requires 'tls_creds' option");
  }
  for (const name of rules.reconnectSeconds ? ['reconnect'] : ['reconnect-ms']) {
    if (server && (opts.number(name) ?? 0) > 0) {
      throw new StartError(`'${name}' option is incompatible with socket in server listen mode`);
    }
  }
  if (!server && opts.bool('websocket', false)) throw new StartError('Websocket client is not implemented');
  if (!server && opts.has('wait')) {
    throw new StartError("'wait' option is incompatible with socket in client connect mode");
  }
  return {
    kind: 'socket',
    place,
    server,
    wait: server && opts.bool('wait', true),
    telnet: opts.bool('telnet', false),
    reconnectMs: reconnectMs > 0 ? reconnectMs : undefined,
    tlsCreds,
    mux,
  };
}

/** The only family of addresses that `ipv4` and `ipv6` leave (`inet_ai_family_from_address`). */
function familyOf(opts: QemuOpts): 4 | 6 | undefined {
  const [v4, v6] = ['ipv4', 'ipv6'].map((name) => (opts.has(name) ? opts.bool(name, false) : undefined));
  if (v4 === false && v6 === false) throw new StartError('Cannot disable IPv4 and IPv6 at same time');
  if (v4 === true && v6 === true) return undefined;
  if (v6 === true || v4 === false) return 6;
  return v4 === true || v6 === false ? 4 : undefined;
}

function placeFromOpts(
  path: string | undefined,
  host: string | undefined,
  port: string | undefined,
  fd: string | undefined,
  family: 4 | 6 | undefined,
): SocketPlace {
  if (path !== undefined) return { kind: 'unix', path };
  if (host !== undefined || port !== undefined) {
    if (port === undefined) throw new StartError('chardev: socket: no port given');
    return { kind: 'inet', host: host ?? '', port, ...(family === undefined ? {} : { family }) };
  }
  if (fd === undefined || !/^[-+]?\d+$/.test(fd)) {
    throw new StartError(`Unable to parse FD number ${fd ?? ''}`);
  }
  return { kind: 'fd', fd: Number(fd) };
}

/** Reads the specification in the `backend` of `chardev-add`, after the schema's check. */
export function chardevFromQapi(backend: QDict): ChardevSpec {
  const type = backend.get('type') as string;
  const data = backend.get('data') as QDict;
  const log = data.get('logfile');
  const logFile =
    typeof log === 'string' ? { logFile: { path: log, append: data.get('logappend') === true } } : {};
  if (type === 'file') {
    const [path, input] = [data.get('out') as string, data.get('in')];
    const reads = typeof input === 'string' ? { input } : {};
    return { kind: 'file', path, append: data.get('append') === true, ...reads, mux: false, ...logFile };
  }
  if (type === 'stdio') return { kind: 'stdio', mux: false, ...logFile };
  if (type !== 'socket') {
    const device = data.get('device');
    const opens = typeof device === 'string' ? device : undefined;
    return { kind: 'inert', name: type, opens, mux: false, ...logFile };
  }
  const addr = data.get('addr') as QDict;
  const where = addr.get('data') as QDict;
  const server = data.get('server') !== false;
  const reconnect = Number(data.get('reconnect-ms') ?? Number(data.get('reconnect') ?? 0) * 1000);
  return {
    kind: 'socket',
    place: placeFromQapi(addr.get('type') as string, where),
    server,
    wait: server && data.get('wait') === true,
    telnet: data.get('telnet') === true,
    reconnectMs: reconnect > 0 ? reconnect : undefined,
    mux: false,
    ...logFile,
  };
}

/** Reads a `SocketAddressLegacy` after the schema's check. */
export function placeFromQapi(type: string, where: QDict): SocketPlace {
  if (type === 'unix') return { kind: 'unix', path: where.get('path') as string };
  if (type === 'inet') {
    return { kind: 'inet', host: where.get('host') as string, port: where.get('port') as string };
  }
  if (type === 'fd') return { kind: 'fd', fd: Number(where.get('str')) };
  throw new StartError(`socket address type ${type} is not modelled by the mock`);
}
