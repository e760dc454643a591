import type { JsonObject, JsonValue } from 'qmp-core/wire';
import { toPlain } from '../../engine/json/plain.ts';
import type { QDict } from '../../engine/json/value.ts';

/** A received command. */
export class ReceivedCommand {
  /** Name of the command, from `execute` or `exec-oob`. */
  readonly execute: string;
  /** Its arguments as they were parsed, or `undefined` if the request had none. */
  readonly arguments: JsonObject | undefined;
  /** The request's id, or `undefined` if it had none. */
  readonly id: JsonValue | undefined;
  readonly #request: QDict;
  readonly #connection: number;
  readonly #oob: boolean;

  constructor(request: QDict, name: string, oob: boolean, connection: number) {
    const args = request.get('arguments');
    const id = request.get('id');
    this.execute = name;
    this.arguments = args === undefined ? undefined : (toPlain(args) as JsonObject);
    this.id = id === undefined ? undefined : (toPlain(id) as JsonValue);
    this.#request = request;
    this.#connection = connection;
    this.#oob = oob;
  }

  /** Whether it came by `exec-oob`. */
  get oob(): boolean {
    return this.#oob;
  }

  /** Number of the connection that it came on, from 1. */
  get connection(): number {
    return this.#connection;
  }

  /** The whole request as it was parsed. */
  get request(): JsonObject {
    return toPlain(this.#request) as JsonObject;
  }
}

/**
 * The received commands, oldest first, without the handshake. It is an array, and also a function that picks
 * commands by name. Both always show everything that has come so far.
 *
 * @example
 * mock.received.length
 * mock.received('device_del')[0]?.arguments // { id: 'disk0' }
 */
export interface Received extends ReadonlyArray<ReceivedCommand> {
  /** Lists the commands with that name (`qmp_capabilities`, too); without a name, all but the handshake. */
  (name?: string): ReceivedCommand[];
}

/** Makes the view on a growing list of commands that {@link Received} describes. */
export function receivedView(
  list: () => readonly ReceivedCommand[],
  named: (name: string) => ReceivedCommand[],
): Received {
  const pick = (name?: string): ReceivedCommand[] => (name === undefined ? [...list()] : named(name));
  const asArray = (): readonly ReceivedCommand[] => list();
  return new Proxy(pick, {
    get(_target, key) {
      if (key === 'toJSON' || key === Symbol.for('nodejs.util.inspect.custom')) return asArray;
      const commands = list();
      const value: unknown = Reflect.get(commands, key);
      // Members that an array doesn't have (`call`, `apply`, `bind`) are the function's.
      if (value === undefined) return Reflect.get(pick, key) as unknown;
      return typeof value === 'function' ? value.bind(commands) : value;
    },
    has: (_target, key) => Reflect.has(list(), key) || Reflect.has(pick, key),
  }) as unknown as Received;
}
