import { sortMembers } from '../json/member-order.ts';
import { QDict, type QValue } from '../json/value.ts';

/** A request with a valid envelope. */
export interface Envelope {
  /** Name of the command. */
  readonly name: string;
  /** The request's `arguments`, empty if it had none. */
  readonly args: QDict;
  /** Whether it came by `exec-oob`. */
  readonly oob: boolean;
}

/**
 * QEMU's complaint about a member, or `undefined` if the member is valid. `named`: the name member before it.
 */
function faultOf(
  key: string,
  value: QValue,
  oobEnabled: boolean,
  named: string | undefined,
): string | undefined {
  if (key === 'id') return undefined;
  if (key === 'arguments') {
    return value instanceof QDict ? undefined : "QMP input member 'arguments' must be an object";
  }
  if (key === 'execute' || (key === 'exec-oob' && oobEnabled)) {
    if (typeof value !== 'string') return `QMP input member '${key}' must be a string`;
    return named === undefined ? undefined : `QMP input member '${key}' clashes with '${named}'`;
  }
  return `QMP input member '${key}' is unexpected`;
}

function isName(key: string): boolean {
  return key === 'execute' || key === 'exec-oob';
}

/** The fault that QEMU names. It looks at the members in the order in which it stores them. */
function firstFault(request: QDict, oobEnabled: boolean): string {
  let named: string | undefined;
  for (const key of sortMembers([...request.keys()])) {
    const fault = faultOf(key, request.get(key)!, oobEnabled, named);
    if (fault !== undefined) return fault;
    if (isName(key)) named = key;
  }
  return "QMP input lacks member 'execute'";
}

/**
 * Whether QEMU runs a request at once, ahead of the queue. It looks at the keys only, so a request that will
 * be refused can overtake, too (`monitor/qmp.c`).
 */
export function overtakes(value: QValue | undefined): boolean {
  return value instanceof QDict && value.has('exec-oob') && !value.has('execute');
}

/**
 * Checks a request before its command is looked up (`qapi/qmp-dispatch.c`).
 *
 * @param value - The request.
 * @param oobEnabled - Whether the client negotiated out-of-band execution.
 * @returns The envelope, or the `desc` of QEMU's `GenericError`.
 */
export function readEnvelope(value: QValue, oobEnabled: boolean): Envelope | string {
  if (!(value instanceof QDict)) return 'QMP input must be a JSON object';
  let name: string | undefined;
  let args: QDict | undefined;
  let oob = false;
  // Order matters only if something is wrong.
  for (const [key, member] of value) {
    if (key === 'arguments' && member instanceof QDict) {
      args = member;
    } else if (name === undefined && typeof member === 'string' && isName(key)) {
      name = member;
      oob = key === 'exec-oob';
      if (oob && !oobEnabled) return firstFault(value, oobEnabled);
    } else if (key !== 'id') {
      return firstFault(value, oobEnabled);
    }
  }
  if (name === undefined) return firstFault(value, oobEnabled);
  return { name, args: args ?? new QDict(), oob };
}
