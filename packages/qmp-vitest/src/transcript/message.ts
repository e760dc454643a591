/** Kind of a message, told from the members that the QMP specification gives each kind. */
type MessageKind = 'greeting' | 'command' | 'return' | 'error' | 'event' | 'other';

/** Parts of a QMP message that matter to a reader of a transcript. */
export interface MessageParts {
  readonly kind: MessageKind;
  /** Name of the command or event; empty for the others. */
  readonly name: string;
  /** The part after the name: arguments, returned value, event data, or the whole message. */
  readonly body: unknown;
  /** The id, if the message has one. */
  readonly id: unknown;
  /** Whether a command asked to run out of band. */
  readonly oob: boolean;
}

type Members = Record<string, unknown>;

/** Reads an own member: members of `Object.prototype` don't count. */
function own(members: Members, key: string): unknown {
  return Object.hasOwn(members, key) ? members[key] : undefined;
}

/** Whether the value is a plain object with members to look at. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Takes a message apart, by QEMU's `docs/interop/qmp-spec.rst`: "Server Greeting", "Issuing Commands",
 * "Commands Responses" and "Asynchronous events". Anything else, such as a faulty peer's, is `other`.
 */
export function messageParts(message: unknown): MessageParts {
  if (!isMembers(message)) return parts('other', '', message);
  const id = own(message, 'id');
  if (Object.hasOwn(message, 'QMP')) return parts('greeting', '', own(message, 'QMP'));
  for (const key of ['execute', 'exec-oob']) {
    const name = own(message, key);
    if (typeof name === 'string') {
      return parts('command', name, own(message, 'arguments'), id, key === 'exec-oob');
    }
  }
  const event = own(message, 'event');
  if (typeof event === 'string') return parts('event', event, own(message, 'data'));
  if (Object.hasOwn(message, 'error')) return parts('error', '', own(message, 'error'), id);
  if (Object.hasOwn(message, 'return')) return parts('return', '', own(message, 'return'), id);
  return parts('other', '', message, id);
}

function parts(kind: MessageKind, name: string, body: unknown, id?: unknown, oob = false): MessageParts {
  return { kind, name, body, id, oob };
}
