import type { MachineRules } from '../../machine/machine-rules.ts';
import { QDict } from '../../json/value.ts';
import type { QemuOpts } from './qemu-opts.ts';
import type { ChardevSpec, SocketPlace } from './socket-address.ts';
import { StartError } from './start-error.ts';

/** Kinds that need nothing of the world, or that nothing here can talk to. */
const INERT = new Set([
  'null',
  'ringbuf',
  'memory',
  'pipe',
  'pty',
  'udp',
  'vc',
  'msmouse',
  'wctablet',
  'serial',
  'tty',
  'parallel',
  'parport',
  'testdev',
  'braille',
  'spicevmc',
  'spiceport',
  'qemu-vdagent',
  'mux',
  'hub',
  'dbus',
]);

/** What `-chardev` asks for. Throws QEMU's refusals (`chardev/char.c`, `chardev/char-socket.c`). */
export function chardevFromOpts(opts: QemuOpts, rules: MachineRules): ChardevSpec {
  const backend = opts.get('backend');
  if (opts.id === undefined) throw new StartError('chardev: no id specified');
  if (backend === undefined) throw new StartError(`chardev: "${opts.id}" missing backend`);
  const mux = opts.bool('mux', false);
  if (backend === 'socket') return socketFromOpts(opts, rules, mux);
  if (backend === 'stdio') return { kind: 'stdio', mux };
  if (backend === 'file') {
    const path = opts.get('path');
    if (path === undefined) throw new StartError('chardev: file: no filename given');
    return { kind: 'file', path, append: opts.bool('append', false), mux };
  }
  if (INERT.has(backend)) return { kind: 'inert', name: backend === 'memory' ? 'ringbuf' : backend, mux };
  throw new StartError(`'${backend}' is not a valid char driver name`);
}

function socketFromOpts(opts: QemuOpts, rules: MachineRules, mux: boolean): ChardevSpec {
  const path = opts.get('path');
  const host = opts.get('host');
  const fd = opts.get('fd');
  if ([path, host, fd].filter((item) => item !== undefined).length > 1) {
    throw new StartError("None or one of 'path', 'fd' or 'host' option required.");
  }
  const server = opts.bool('server', false);
  if (rules.reconnectMilliseconds && opts.has('reconnect') && opts.has('reconnect-ms')) {
    throw new StartError("'reconnect' and 'reconnect-ms' are mutually exclusive");
  }
  const reconnectMs = opts.number('reconnect-ms') ?? (opts.number('reconnect') ?? 0) * 1000;
  const place = placeFromOpts(path, host, opts.get('port'), fd);
  for (const name of rules.reconnectSeconds ? ['reconnect'] : ['reconnect-ms']) {
    if (server && (opts.number(name) ?? 0) > 0) {
      throw new StartError(`'${name}' option is incompatible with socket in server listen mode`);
    }
  }
  if (!server && opts.has('wait')) {
    throw new StartError("'wait' option is incompatible with socket in client connect mode");
  }
  return {
    kind: 'socket',
    place,
    server,
    wait: server && opts.bool('wait', true),
    telnet: opts.bool('telnet', false),
    reconnectMs,
    mux,
  };
}

function placeFromOpts(
  path: string | undefined,
  host: string | undefined,
  port: string | undefined,
  fd: string | undefined,
): SocketPlace {
  if (path !== undefined && path !== '') return { kind: 'unix', path };
  if (host !== undefined || port !== undefined) {
    if (port === undefined) throw new StartError('chardev: socket: no port given');
    return { kind: 'inet', host: host ?? '', port };
  }
  if (fd === undefined || !/^\d+$/.test(fd)) {
    throw new StartError(`Unable to parse FD number ${fd ?? ''}`);
  }
  return { kind: 'fd', fd: Number(fd) };
}

/** What the short forms of `-qmp`, `-monitor` and `-serial` stand for, as text for `-chardev`; `undefined` where they stand for nothing. */
export function compatChardev(text: string, id: string): { argument: string; chardev?: string } | undefined {
  const colon = text.indexOf(':');
  const word = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? '' : text.slice(colon + 1);
  if (word === 'chardev' && colon >= 0) return { argument: '', chardev: rest };
  if (colon < 0) {
    return ['null', 'pty', 'msmouse', 'wctablet', 'braille', 'testdev', 'stdio'].includes(text)
      ? { argument: `${text},id=${id}` }
      : text === 'vc'
        ? { argument: `vc,id=${id}` }
        : undefined;
  }
  switch (word) {
    case 'unix':
      return { argument: `socket,id=${id},path=${rest}` };
    case 'tcp':
    case 'telnet':
    case 'websocket': {
      const [, host = '', port, more = ''] = /^(\[[^\]]*\]|[^:]*):([^,]+)(,.*)?$/.exec(rest) ?? [];
      if (port === undefined) return undefined;
      const shown = host === '' ? '' : `host=${host.replace(/^\[(.*)\]$/, '$1')},`;
      const telnet = word === 'telnet' ? ',telnet=on' : '';
      return { argument: `socket,id=${id},${shown}port=${port}${telnet}${more}` };
    }
    case 'file':
      return { argument: `file,id=${id},path=${rest}` };
    case 'pipe':
      return { argument: `pipe,id=${id},path=${rest}` };
    case 'udp':
      return { argument: `udp,id=${id}` };
    case 'vc':
      return { argument: `vc,id=${id}` };
    default:
      return text.startsWith('/dev/') ? { argument: `serial,id=${id},path=${text}` } : undefined;
  }
}

/** What the `backend` of `chardev-add` asks for; it has passed the schema's check. */
export function chardevFromQapi(backend: QDict): ChardevSpec {
  const type = backend.get('type') as string;
  const data = backend.get('data') as QDict;
  if (type === 'file') {
    return { kind: 'file', path: data.get('out') as string, append: data.get('append') === true, mux: false };
  }
  if (type === 'stdio') return { kind: 'stdio', mux: false };
  if (type !== 'socket') return { kind: 'inert', name: type, mux: false };
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
    reconnectMs: reconnect,
    mux: false,
  };
}

function placeFromQapi(type: string, where: QDict): SocketPlace {
  if (type === 'unix') return { kind: 'unix', path: where.get('path') as string };
  if (type === 'inet') {
    return { kind: 'inet', host: where.get('host') as string, port: where.get('port') as string };
  }
  if (type === 'fd') return { kind: 'fd', fd: Number(where.get('str')) };
  throw new StartError(`socket address type ${type} is not modelled by the mock`);
}
