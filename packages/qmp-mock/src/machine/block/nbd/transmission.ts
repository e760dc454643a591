import { encodeUtf8 } from '../../../engine/bytes.ts';
import { u16, u32 } from '../image/big-endian.ts';
import { ImageError } from '../image/byte-file.ts';
import { joinExtents } from './block-status.ts';
import { bigU64, drop, type Field, pack, type Reading } from './bytes.ts';
import { countContexts, type MetaContexts, MODE, type NbdClient, noContexts } from './client.ts';
import { exportSize, type NbdExport, type StatusExtent } from './export.ts';
import {
  CHUNK,
  CHUNK_DONE,
  COMMAND,
  COMMAND_FLAG,
  commandName,
  CONTEXT_ID,
  EXTENDED_CHUNK_MAGIC,
  EXTENDED_REQUEST_MAGIC,
  CHUNK_MAGIC,
  MAX_BUFFER,
  protocolError,
  REQUEST_MAGIC,
  SIMPLE_REPLY_MAGIC,
  STATE,
} from './protocol.ts';

const EINVAL = 22;

/** A request, with its cookie as it came. */
interface Request {
  readonly flags: number;
  readonly type: number;
  readonly cookie: Uint8Array;
  readonly from: bigint;
  length: bigint;
  /** Data to write. */
  data: Uint8Array;
  contexts: MetaContexts;
}

/** A refusal that the client is told. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly errno: number;

  constructor(message: string, errno: number = EINVAL) {
    super(message);
    this.errno = errno;
  }
}

/** Work that failed, by the command (`nbd_handle_request` in nbd/server.c). */
const FAILED: ReadonlyMap<number, string> = new Map([
  [COMMAND.read, 'reading from file failed'],
  [COMMAND.write, 'writing to file failed'],
  [COMMAND.writeZeroes, 'writing to file failed'],
  [COMMAND.trim, 'discard failed'],
  [COMMAND.cache, 'caching data failed'],
  [COMMAND.flush, 'flush failed'],
  [COMMAND.blockStatus, "can't get block status"],
]);

/**
 * Serves requests on an export, until the client leaves or breaks the protocol (`nbd_trip` in
 * nbd/server.c).
 */
export function* transmit(client: NbdClient, found: NbdExport): Reading<void> {
  for (;;) {
    const extended = client.mode >= MODE.extended;
    const head = yield extended ? 32 : 28;
    const magic = u32(head, 0);
    const request: Request = {
      flags: u16(head, 4),
      type: u16(head, 6),
      cookie: head.slice(8, 16),
      from: bigU64(head, 16),
      length: extended ? bigU64(head, 24) : BigInt(u32(head, 24)),
      data: new Uint8Array(),
      contexts: client.contexts,
    };
    if (request.type === COMMAND.disconnect) return;
    const expected = extended ? EXTENDED_REQUEST_MAGIC : REQUEST_MAGIC;
    if (magic !== expected) {
      const hint = client.offer.extended ? `, expected 0x${expected.toString(16)}` : '';
      refuse(client, request, new Refusal(`invalid magic (got 0x${magic.toString(16)}${hint})`));
      return;
    }
    try {
      yield* receive(client, found, request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(client, request, error);
      // Data that wasn't read would be taken for the next request.
      if (request.type === COMMAND.write && request.length > MAX_BUFFER) return;
      continue;
    }
    try {
      handle(client, found, request);
    } catch (error) {
      if (error instanceof Refusal) refuse(client, request, error);
      else if (error instanceof ImageError) {
        refuse(client, request, new Refusal(FAILED.get(request.type) ?? '', error.errno));
      } else throw error;
    }
  }
}

/** Reads the data of a request and checks it (`nbd_co_receive_request`). */
function* receive(client: NbdClient, found: NbdExport, request: Request): Reading<void> {
  const { type, flags } = request;
  const extended = client.mode >= MODE.extended;
  const hasPayload = extended && (flags & COMMAND_FLAG.payload) !== 0;
  const moves = type === COMMAND.read || type === COMMAND.write || type === COMMAND.cache;
  if ((moves || hasPayload) && request.length > MAX_BUFFER) {
    const space = client.offer.extended ? '' : ' ';
    throw new Refusal(`len (${request.length}${space}) is larger than max len (${MAX_BUFFER})`);
  }
  if (type === COMMAND.write) request.data = yield Number(request.length);
  else if (hasPayload && type === COMMAND.blockStatus) yield* readStatusPayload(client, found, request);
  else if (hasPayload) {
    yield* drop(Number(request.length));
    request.length = 0n;
  }
  const changes = type === COMMAND.write || type === COMMAND.trim || type === COMMAND.writeZeroes;
  if (changes && !found.writable) throw new Refusal('Export is read-only');
  const size = BigInt(exportSize(found));
  if (request.from > size || request.length > size - request.from) {
    const text = `operation past EOF; From: ${request.from}, Len: ${request.length}, Size: ${size}`;
    throw new Refusal(text);
  }
  if ((flags & ~allowedFlags(client, type)) !== 0) {
    throw new Refusal(`unsupported flags for command ${commandName(type)} (got 0x${flags.toString(16)})`);
  }
}

function allowedFlags({ mode }: NbdClient, type: number): number {
  const { fua, dontFragment, noHole, fastZero, requestOne, payload } = COMMAND_FLAG;
  if (type === COMMAND.read && mode >= MODE.structured) return fua | dontFragment;
  if (type === COMMAND.write && mode >= MODE.extended) return fua | payload;
  if (type === COMMAND.writeZeroes) return fua | noHole | fastZero;
  if (type === COMMAND.blockStatus) return fua | requestOne | (mode >= MODE.extended ? payload : 0);
  return fua;
}

/** A client names the contexts that it wants to know about: the length in question, and their ids. */
function* readStatusPayload(client: NbdClient, found: NbdExport, request: Request): Reading<void> {
  const length = Number(request.length);
  const most = 8 + 4 * countContexts(client.contexts);
  const payload = length <= most ? yield length : undefined;
  if (payload === undefined) yield* drop(length);
  request.contexts = noContexts(found);
  request.length = 0n;
  if (payload === undefined || length % 4 !== 0 || length < 8) return;
  const wanted = noContexts(found);
  for (let at = 8; at < length; at += 4) if (!take(u32(payload, at), client.contexts, wanted)) return;
  request.length = bigU64(payload, 0);
  request.contexts = wanted;
}

/** Takes a context by its id, unless it was taken before or never agreed upon. */
function take(id: number, agreed: MetaContexts, wanted: MetaContexts): boolean {
  if (id === CONTEXT_ID.allocation && agreed.allocation && !wanted.allocation)
    return (wanted.allocation = true);
  if (id === CONTEXT_ID.depth && agreed.depth && !wanted.depth) return (wanted.depth = true);
  const bitmap = id - CONTEXT_ID.firstBitmap;
  if (bitmap < 0 || agreed.bitmaps[bitmap] !== true || wanted.bitmaps[bitmap] === true) return false;
  return (wanted.bitmaps[bitmap] = true);
}

function handle(client: NbdClient, found: NbdExport, request: Request): void {
  const { disk } = found;
  const { type, flags } = request;
  const [from, length] = [Number(request.from), Number(request.length)];
  switch (type) {
    case COMMAND.read:
      return read(client, found, request);
    case COMMAND.write:
      disk.write(from, request.data);
      break;
    case COMMAND.writeZeroes:
      disk.zero(from, length, { unmap: (flags & COMMAND_FLAG.noHole) === 0 });
      break;
    case COMMAND.trim:
      disk.discard(from, length);
      break;
    case COMMAND.flush:
    case COMMAND.cache:
      break;
    case COMMAND.blockStatus:
      return blockStatus(client, found, request);
    default:
      throw new Refusal(`invalid request type (${type}) received`);
  }
  succeed(client, request);
}

function read(client: NbdClient, { disk }: NbdExport, request: Request): void {
  const [from, length] = [Number(request.from), Number(request.length)];
  if (client.mode < MODE.structured) {
    const data = disk.read(from, length);
    client.send(pack([32, SIMPLE_REPLY_MAGIC], [32, 0], request.cookie, data));
    return;
  }
  if (length === 0) return chunk(client, request, CHUNK.none, true);
  if ((request.flags & COMMAND_FLAG.dontFragment) !== 0) {
    return chunk(client, request, CHUNK.offsetData, true, [64, from], disk.read(from, length));
  }
  // Parts that read as zeros aren't sent.
  let at = from;
  for (const extent of disk.allocation(from, length)) {
    const last = at + extent.length === from + length;
    if ((extent.flags & STATE.zero) === 0) {
      chunk(client, request, CHUNK.offsetData, last, [64, at], disk.read(at, extent.length));
    } else chunk(client, request, CHUNK.offsetHole, last, [64, at], [32, extent.length]);
    at += extent.length;
  }
}

function blockStatus(client: NbdClient, { disk, bitmaps }: NbdExport, request: Request): void {
  const { contexts } = request;
  const [from, length] = [Number(request.from), Number(request.length)];
  const agreed = countContexts(client.contexts) > 0;
  if (agreed && countContexts(contexts) === 0) throw new Refusal('CMD_BLOCK_STATUS payload not valid');
  if (length === 0 && (agreed || !client.offer.extended)) throw new Refusal('need non-zero length');
  if (!agreed) throw new Refusal('CMD_BLOCK_STATUS not negotiated');
  const wanted: (readonly [id: number, extents: Iterable<StatusExtent>])[] = [];
  if (contexts.allocation) wanted.push([CONTEXT_ID.allocation, disk.allocation(from, length)]);
  if (contexts.depth) wanted.push([CONTEXT_ID.depth, disk.depth(from, length)]);
  for (const [index, bitmap] of bitmaps.entries()) {
    if (contexts.bitmaps[index] !== true) continue;
    wanted.push([CONTEXT_ID.firstBitmap + index, bitmap.status(from, length)]);
  }
  const one = (request.flags & COMMAND_FLAG.requestOne) !== 0;
  const extended = client.mode >= MODE.extended;
  for (const [index, [id, extents]] of wanted.entries()) {
    const joined = joinExtents(extents, one, extended);
    const last = index === wanted.length - 1;
    if (extended) {
      const fields = joined.flatMap(({ length: each, flags }): Field[] => [
        [64, each],
        [64, flags],
      ]);
      chunk(client, request, CHUNK.extendedBlockStatus, last, [32, id], [32, joined.length], ...fields);
    } else {
      const fields = joined.flatMap(({ length: each, flags }): Field[] => [
        [32, each],
        [32, flags],
      ]);
      chunk(client, request, CHUNK.blockStatus, last, [32, id], ...fields);
    }
  }
}

/** A reply without data. */
function succeed(client: NbdClient, request: Request): void {
  if (client.mode >= MODE.extended) chunk(client, request, CHUNK.none, true);
  else client.send(pack([32, SIMPLE_REPLY_MAGIC], [32, 0], request.cookie));
}

function refuse(client: NbdClient, request: Request, { errno, message }: Refusal): void {
  const error = protocolError(errno);
  if (client.mode < MODE.structured) {
    client.send(pack([32, SIMPLE_REPLY_MAGIC], [32, error], request.cookie));
    return;
  }
  const text = encodeUtf8(message);
  chunk(client, request, CHUNK.error, true, [32, error], [16, text.length], text);
}

/** Sends a part of a structured reply. */
function chunk(client: NbdClient, request: Request, type: number, last: boolean, ...fields: Field[]): void {
  const body = pack(...fields);
  const flags = last ? CHUNK_DONE : 0;
  const head =
    client.mode >= MODE.extended
      ? pack(
          [32, EXTENDED_CHUNK_MAGIC],
          [16, flags],
          [16, type],
          request.cookie,
          [64, request.from],
          [64, body.length],
        )
      : pack([32, CHUNK_MAGIC], [16, flags], [16, type], request.cookie, [32, body.length]);
  client.send(pack(head, body));
}
