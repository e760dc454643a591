import { optionError } from 'qmp-core/internal';
import type { MockQmpOptions } from 'qmp-mock';
import { inject } from 'vitest';
import type { CassetteOptions } from './cassette/options.ts';
import type { QemuOptions, QemuTransport } from './qemu/options.ts';

/**
 * The machine behind the client of a test: the mock, a QEMU process, a QEMU process whose conversation is
 * recorded (unless there is already a recording), or a recording that is played.
 */
export type QmpBackend = 'mock' | 'qemu' | 'record' | 'replay';

/**
 * Transport between client and monitor.
 *
 * - `auto`: a pair of streams in memory to a mock, `accept` to a QEMU.
 * - `accept`: the test listens on a UNIX socket and the machine dials in (QEMU: `-qmp unix:PATH`). There is
 *   neither a race nor polling.
 * - `connect`: the machine listens and the test dials (QEMU: `-qmp unix:PATH,server=on,wait=off`).
 * - `fd`: client and monitor share a socket pair, without a file (QEMU: `-chardev socket,fd=3`). The mock's
 *   pair is in memory.
 */
export type QmpTransport = 'auto' | 'accept' | 'connect' | 'fd';

/** The options of a test; each is a fixture of the same name. */
export interface QmpTestOptions {
  /** Backend of the client. Default: `'mock'`. */
  qmpBackend: QmpBackend;
  /** Transport between client and monitor. Default: `'auto'`. */
  qmpTransport: QmpTransport;
  /** Options of QEMU, if the backend is QEMU. */
  qemuOptions: QemuOptions;
  /** Options of the mock, if the backend is the mock. */
  mockOptions: MockQmpOptions;
  /** Options of cassettes, if the backend is `record` or `replay`. */
  cassetteOptions: CassetteOptions;
}

const BACKENDS: readonly QmpBackend[] = ['mock', 'qemu', 'record', 'replay'];
const TRANSPORTS: readonly QmpTransport[] = ['auto', 'accept', 'connect', 'fd'];

declare module 'vitest' {
  /** Options that `provide` in a Vitest config may set; they have to survive `structuredClone`. */
  interface ProvidedContext {
    qmpBackend?: QmpBackend | undefined;
    qmpTransport?: QmpTransport | undefined;
    qemuOptions?: QemuOptions | undefined;
    mockOptions?: MockQmpOptions | undefined;
    cassetteOptions?: CassetteOptions | undefined;
  }
}

/**
 * The backend unless `test.override` names one: `QMP_BACKEND`, then `provide`, then `withQmp`'s own, then the
 * mock.
 *
 * @throws QmpOptionError if one of them doesn't name a backend.
 */
export function defaultBackend(own: QmpBackend | undefined): QmpBackend {
  return choose('qmpBackend', BACKENDS, 'QMP_BACKEND', inject('qmpBackend'), own) ?? 'mock';
}

/**
 * The transport unless `test.override` names one. It's chosen as in {@link defaultBackend}, with
 * `QMP_TRANSPORT`.
 */
export function defaultTransport(own: QmpTransport | undefined): QmpTransport {
  return choose('qmpTransport', TRANSPORTS, 'QMP_TRANSPORT', inject('qmpTransport'), own) ?? 'auto';
}

/** Transport that a machine on this backend is really met by. */
export function transportFor(backend: QmpBackend, transport: QmpTransport): QemuTransport {
  if (transport !== 'auto') return transport;
  return backend === 'mock' ? 'fd' : 'accept';
}

/** Some members of an options object. An `undefined` one counts as left out. */
type Layer<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Merges option objects member by member. A later one wins, and `undefined` counts as left out. */
export function mergeOptions<T extends object>(...layers: readonly (Layer<T> | undefined)[]): Partial<T> {
  const merged: Partial<T> = {};
  for (const layer of layers) {
    for (const key of Object.keys(layer ?? {}) as (keyof T)[]) {
      if (layer?.[key] !== undefined) merged[key] = layer[key];
    }
  }
  return merged;
}

/** Chooses the first value that is set: an environment variable, the config's, the code's. */
function choose<T extends string>(
  option: keyof QmpTestOptions,
  known: readonly T[],
  variable: string,
  provided: unknown,
  own: unknown,
): T | undefined {
  const fromEnvironment = process.env[variable];
  const [value, source] =
    fromEnvironment !== undefined && fromEnvironment !== ''
      ? [fromEnvironment, variable]
      : provided !== undefined
        ? [provided, `provide.${option}`]
        : [own, `withQmp.${option}`];
  if (value === undefined) return undefined;
  const found = known.find((name) => name === value);
  if (found !== undefined) return found;
  throw optionError(source, `one of ${known.join(', ')}`, value);
}
