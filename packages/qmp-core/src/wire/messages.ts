import type { JsonObject, JsonValue } from './json-value.ts';

/** The first message of a monitor (`qmp-spec`, "Server Greeting"). */
export interface QmpGreeting {
  QMP: {
    version: {
      qemu: { major: number; minor: number; micro: number };
      /**
       * The distributor's version text; empty in a build from upstream sources, missing in makeshift
       * monitors.
       */
      package?: string | undefined;
    };
    /** Capabilities on offer, for example `['oob']`. */
    capabilities: string[];
  };
}

/** An asynchronous event (`qmp-spec`, "Asynchronous events"). */
export interface QmpEvent<Name extends string = string, Data = unknown> {
  /** Its name, for example `STOP`. */
  event: Name;
  /** Missing if the event has no data. */
  data?: Data;
  /** The time of the event, by the host's clock. Both parts are −1 if the clock couldn't be read. */
  timestamp: { seconds: number; microseconds: number };
}

/** A command as it is sent (`qmp-spec`, "Issuing Commands"). */
export interface QmpRequest {
  /** Name of the command, to be run in its turn. */
  execute?: string | undefined;
  /** Name of the command, to be run out of band. */
  'exec-oob'?: string | undefined;
  /** Its arguments. */
  arguments?: unknown;
  /** Any JSON value. The reply has the same id. */
  id?: unknown;
  /** Any other member: QEMU refuses it, and a test may want to see that. */
  [member: string]: unknown;
}

/** A command's answer (`qmp-spec`, "Commands Responses"): it has either `return` or `error`. */
export interface QmpReply {
  /** The result, if the command succeeded. */
  return?: unknown;
  /** QEMU's refusal, if the command failed. */
  error?: { class: string; desc: string };
  /** The id of the command. */
  id?: unknown;
}

/** The four shapes of the spec, and `unknown` for anything else. */
export type MessageKind = 'event' | 'return' | 'error' | 'greeting' | 'unknown';

/**
 * Tells which of the spec's four shapes a message has.
 *
 * @example
 * kindOf({ event: 'STOP', timestamp: { seconds: 0, microseconds: 0 } }) // 'event'
 */
export function kindOf(value: JsonValue): MessageKind {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'unknown';
  const message: JsonObject = value;
  if (typeof message['event'] === 'string') return 'event';
  if (message['return'] !== undefined) return 'return';
  if (isObject(message['error'])) return 'error';
  if (isObject(message['QMP'])) return 'greeting';
  return 'unknown';
}

/**
 * Describes the fault of an invalid greeting, in words; `undefined` for a valid one. Members beyond those of
 * the spec don't matter, and neither does a missing `package`.
 *
 * @example
 * greetingFault({ QMP: {} }) // 'QMP.version is not an object'
 */
export function greetingFault(greeting: JsonObject): string | undefined {
  const qmp = greeting['QMP'];
  if (!isObject(qmp)) return 'QMP is not an object';
  const version = qmp['version'];
  if (!isObject(version)) return 'QMP.version is not an object';
  const numbers = version['qemu'];
  if (!isObject(numbers)) return 'QMP.version.qemu is not an object';
  for (const part of ['major', 'minor', 'micro']) {
    if (typeof numbers[part] !== 'number') return `QMP.version.qemu.${part} is not a number`;
  }
  const text = version['package'];
  if (text !== undefined && typeof text !== 'string') return 'QMP.version.package is not a string';
  const capabilities = qmp['capabilities'];
  if (!Array.isArray(capabilities)) return 'QMP.capabilities is not an array';
  if (!capabilities.every((name) => typeof name === 'string'))
    return 'QMP.capabilities has more than strings';
  return undefined;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
