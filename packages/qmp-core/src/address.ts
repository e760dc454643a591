import type { ConnectionOptions, TlsOptions } from 'node:tls';
import { QmpOptionError } from './errors.ts';
import { show } from './matching/show.ts';

/**
 * TLS for a TCP address: `true` for Node's defaults, or options of `node:tls`. A client takes
 * `tls.connect` options (`ca`, `cert`, `key`, `servername`, …), a listener takes `tls.createServer` options.
 */
export type QmpTls = true | ConnectionOptions | TlsOptions;

/**
 * An address as a user may write it: `'/run/vm.sock'`, `'unix:/run/vm.sock'`, `'127.0.0.1:4444'`,
 * `'tcp:127.0.0.1:4444'`, `'tcp:[::1]:4444'`, `{ path }`, `{ host, port, tls? }`, or `{ fd }` for a socket
 * that this process inherited.
 */
export type QmpAddressInput =
  | string
  | { path: string }
  | { host?: string | undefined; port: number; tls?: QmpTls | undefined }
  | { fd: number };

/** A parsed address. */
export type QmpAddress =
  | { kind: 'unix'; path: string }
  | { kind: 'tcp'; host: string; port: number; tls?: QmpTls | undefined }
  | { kind: 'fd'; fd: number };

/** Host of a TCP address that doesn't name one. */
const LOOPBACK = '127.0.0.1';

/**
 * Parses an address.
 *
 * A text is a TCP address when it starts with `tcp:`, or when it has no slash and a colon; everything else is
 * the path of a UNIX socket. A host that is left out (`':4444'`) is 127.0.0.1.
 *
 * @throws QmpOptionError if the text or object is not an address.
 *
 * @example
 * parseAddress('localhost:4444') // { kind: 'tcp', host: 'localhost', port: 4444 }
 */
export function parseAddress(input: QmpAddressInput): QmpAddress {
  if (typeof input === 'string') return parseText(input);
  if (typeof input === 'object' && input !== null) {
    if ('path' in input) return unix(input.path, input);
    if ('fd' in input) return inherited(input.fd);
    if ('port' in input) {
      const address = tcp(input.host ?? LOOPBACK, input.port, input);
      return input.tls === undefined ? address : { ...address, tls: input.tls };
    }
  }
  throw bad(input, 'it has none of these forms');
}

/**
 * Formats an address as people write it, for messages.
 *
 * @example
 * formatAddress({ kind: 'tcp', host: '::1', port: 4444 }) // 'tcp:[::1]:4444'
 */
export function formatAddress(address: QmpAddress): string {
  switch (address.kind) {
    case 'unix':
      return `unix:${address.path}`;
    case 'fd':
      return `descriptor ${address.fd}`;
    default:
      return `tcp:${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
  }
}

function parseText(text: string): QmpAddress {
  if (text.startsWith('unix:')) return unix(text.slice('unix:'.length), text);
  if (text.startsWith('tcp:')) return parseHostPort(text.slice('tcp:'.length), text);
  return text.includes(':') && !text.includes('/') ? parseHostPort(text, text) : unix(text, text);
}

function parseHostPort(text: string, input: unknown): QmpAddress {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (match === null) throw bad(input, 'a TCP address is HOST:PORT or [IPV6]:PORT');
  return tcp(match[1] ?? match[2] ?? '', Number(match[3]), input);
}

function unix(path: unknown, input: unknown): QmpAddress {
  if (typeof path !== 'string' || path === '')
    throw bad(input, 'the path of a UNIX socket must not be empty');
  if (path.includes('\0')) throw bad(input, "a path can't contain NUL");
  return { kind: 'unix', path };
}

function tcp(host: unknown, port: unknown, input: unknown): QmpAddress & { kind: 'tcp' } {
  if (typeof host !== 'string') throw bad(input, 'the host must be a string');
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw bad(input, 'the port must be an integer from 0 to 65535');
  }
  return { kind: 'tcp', host: host === '' ? LOOPBACK : host, port };
}

function inherited(fd: unknown): QmpAddress {
  if (typeof fd !== 'number' || !Number.isInteger(fd) || fd < 0) {
    throw bad({ fd }, 'a descriptor must be an integer from 0');
  }
  return { kind: 'fd', fd };
}

const FORMS =
  "an address: '/run/vm.sock', 'unix:PATH', 'HOST:PORT', 'tcp:HOST:PORT', { path }, { host, port, tls? } or { fd }";

function bad(input: unknown, why: string): QmpOptionError {
  return new QmpOptionError(`Expected \`address\` to be ${FORMS}, got ${show(input)}: ${why}`, {
    option: 'address',
  });
}
