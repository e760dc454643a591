import { optionError } from 'qmp-core/internal';
import type { MockQmpOptions } from 'qmp-mock';
import { inject } from 'vitest';
import type { CassetteOptions } from './cassette/options.ts';
import type { QemuOptions } from './qemu/options.ts';

/**
 * What stands behind the client of a test: the mock, a QEMU process, a QEMU process whose conversation is recorded (unless there is a
 * recording), or a recording that is played.
 */
export type QmpBackend = 'mock' | 'qemu' | 'record' | 'replay';

/**
 * How the client and the monitor meet.
 *
 * - `accept`: the test listens on a UNIX socket and the machine dials in (QEMU: `-qmp unix:PATH`). No race, no polling.
 * - `connect`: the machine listens and the test dials (QEMU: `-qmp unix:PATH,server=on,wait=off`).
 * - `fd`: both ends of a socket pair; nothing in the file system (QEMU: `-chardev socket,fd=3`). The mock's pair is in memory.
 */
export type QmpTransport = 'accept' | 'connect' | 'fd';

/** The options of a test; each is a fixture of the same name. */
export interface QmpTestOptions {
  /** What stands behind the client. Default: `'mock'`. */
  qmpBackend: QmpBackend;
  /** How client and monitor meet. Default: `'accept'`. */
  qmpTransport: QmpTransport;
  /** How QEMU is started, where the backend is QEMU. */
  qemuOptions: QemuOptions;
  /** What the mock is like, where the backend is the mock. */
  mockOptions: MockQmpOptions;
  /** How cassettes are recorded and played, where the backend is `record` or `replay`. */
  cassetteOptions: CassetteOptions;
}

const BACKENDS: readonly QmpBackend[] = ['mock', 'qemu', 'record', 'replay'];
const TRANSPORTS: readonly QmpTransport[] = ['accept', 'connect', 'fd'];

declare module 'vitest' {
  /** What `provide` in a Vitest config may say about machines; it has to survive `structuredClone`. */
  interface ProvidedContext {
    qmpBackend?: QmpBackend | undefined;
    qmpTransport?: QmpTransport | undefined;
    qemuOptions?: QemuOptions | undefined;
    mockOptions?: MockQmpOptions | undefined;
    cassetteOptions?: CassetteOptions | undefined;
  }
}

/**
 * The backend where no `test.override` names one: `QMP_BACKEND`, then `provide`, then `withQmp`'s own, then the mock.
 *
 * @throws QmpOptionError when one of them names no backend.
 */
export function defaultBackend(own: QmpBackend | undefined): QmpBackend {
  return choose('qmpBackend', BACKENDS, 'QMP_BACKEND', inject('qmpBackend'), own) ?? 'mock';
}

/** The transport where no `test.override` names one; as {@link defaultBackend}, with `QMP_TRANSPORT`. */
export function defaultTransport(own: QmpTransport | undefined): QmpTransport {
  return choose('qmpTransport', TRANSPORTS, 'QMP_TRANSPORT', inject('qmpTransport'), own) ?? 'accept';
}

/** Some members of an options object; one that is `undefined` says nothing. */
type Layer<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Lays option objects over each other, member by member; a later one wins, and `undefined` says nothing. */
export function mergeOptions<T extends object>(...layers: readonly (Layer<T> | undefined)[]): Partial<T> {
  const merged: Partial<T> = {};
  for (const layer of layers) {
    for (const key of Object.keys(layer ?? {}) as (keyof T)[]) {
      if (layer?.[key] !== undefined) merged[key] = layer[key];
    }
  }
  return merged;
}

/** The first that is set of an environment variable, what the config provides, and what the code asked for. */
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
