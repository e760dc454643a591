import { QmpStateError } from './errors.ts';
import { encodeId, type IdKey } from './ids.ts';
import type { QmpRequest } from './wire/messages.ts';
import { stringifyJson } from './wire/stringify-json.ts';

/** An encoded request. */
export interface EncodedRequest {
  /** Key to find the request by the id of its reply. */
  readonly key: IdKey;
  /** Compact JSON, because QEMU reads a byte at a time; without the line end. */
  readonly text: string;
  /** Whether it is to be run out of band. */
  readonly oob: boolean;
  /** Whether the client added the id, so that the caller must not see it. */
  readonly ownId: boolean;
  /** Name of the command, for messages; empty for a request without one. */
  readonly command: string;
  /** The arguments as they were given. */
  readonly args: unknown;
}

/** QEMU's limits on what it reads (`qobject/json-streamer.c`); beyond them its errors name no command. */
const MAX_REQUEST_SIZE = 64 * 1024 * 1024;
const MAX_REQUEST_DEPTH = 1024;

/**
 * Encodes a command.
 *
 * @param options.nextId - Makes an id for a caller who gave none.
 * @throws QmpStateError if the arguments or the id can't be written as JSON, or QEMU couldn't read the
 *   request.
 */
export function encodeCommand(
  command: string,
  args: unknown,
  options: { oob?: boolean | undefined; id?: unknown; nextId: () => number },
): EncodedRequest {
  const { id } = options;
  const oob = options.oob === true;
  const argsText = args === undefined ? '{}' : encode(args, command);
  const own = id === undefined;
  const encodedId = own ? ownId(options.nextId()) : encodeCallersId(id, command);
  const member = argsText === '{}' ? '' : `,"arguments":${argsText}`;
  const name = oob ? 'exec-oob' : 'execute';
  const text = `{"${name}":${JSON.stringify(command)}${member},"id":${encodedId.text}}`;
  checkLimits(text, command);
  return { key: encodedId.key, text, oob, ownId: own, command, args };
}

/**
 * Encodes a request as the caller wrote it, right or wrong. If it has no id, one is added.
 *
 * @throws QmpStateError if it isn't an object, can't be written as JSON, or QEMU couldn't read it.
 */
export function encodeRaw(request: QmpRequest, nextId: () => number): EncodedRequest {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw new QmpStateError(
      `A request is an object such as { execute: 'query-status' }; this is ${Array.isArray(request) ? 'an array' : String(request)}`,
    );
  }
  const oobCommand: unknown = request['exec-oob'];
  const name: unknown = request.execute ?? oobCommand;
  const command = typeof name === 'string' ? name : '';
  const own = request.id === undefined;
  const encodedId = own ? ownId(nextId()) : encodeCallersId(request.id, command);
  const text = encode(own ? { ...request, id: encodedId.key } : request, command);
  checkLimits(text, command);
  return {
    key: encodedId.key,
    text,
    oob: oobCommand !== undefined,
    ownId: own,
    command,
    args: request.arguments,
  };
}

const ownId = (id: number): { key: IdKey; text: string } => ({ key: id, text: String(id) });

function encodeCallersId(id: unknown, command: string): { key: IdKey; text: string } {
  try {
    return encodeId(id);
  } catch (error) {
    throw new QmpStateError(`${command}: the id cannot be sent: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function encode(value: unknown, command: string): string {
  try {
    return stringifyJson(value);
  } catch (error) {
    throw new QmpStateError(
      `${command === '' ? 'The request' : command}: it cannot be sent: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** A request beyond QEMU's limits would be answered by errors without an id, which could hit other calls. */
function checkLimits(text: string, command: string): void {
  if (text.length > MAX_REQUEST_SIZE) {
    throw new QmpStateError(`${command}: the request is longer than the 64 MiB that QEMU reads`);
  }
  if (text.length >= 2 * MAX_REQUEST_DEPTH && depthOf(text) > MAX_REQUEST_DEPTH) {
    throw new QmpStateError(`${command}: the request nests deeper than the 1024 levels that QEMU reads`);
  }
}

/** The nesting depth of a JSON text. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) {
      if (character === '\\') at++;
    } else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}
