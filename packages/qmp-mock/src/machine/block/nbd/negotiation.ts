import { encodeUtf8 } from '../../../engine/bytes.ts';
import { u32 } from '../image/big-endian.ts';
import { bigU64, drop, pack, type Reading } from './bytes.ts';
import { countContexts, MODE, type NbdClient, noContexts } from './client.ts';
import { exportFlags, exportSize, type NbdExport } from './export.ts';
import { type Answer, answerMetaContexts } from './meta-contexts.ts';
import { OptionData, OptionRefusal } from './option-data.ts';
import {
  EXPORT_FLAG,
  HANDSHAKE,
  INFO,
  MAGIC,
  MAX_BUFFER,
  MAX_STRING,
  OPTION,
  OPTION_MAGIC,
  OPTION_REPLY_MAGIC,
  optionName,
  REPLY,
} from './protocol.ts';

/** Bytes of the reply to an export's name, with zeros that few clients want. */
const EXPORT_NAME_REPLY = 134;
/** Preferred size of requests, in bytes. */
const PREFERRED = 4096;
/** Longest beginning of an unknown name in a refusal. */
const SHOWN_NAME = 80;
const decoder = new TextDecoder();

/**
 * Agrees with a client about an export and the form of replies (`nbd_negotiate` in nbd/server.c).
 *
 * @returns Whether the client has chosen an export. If not, the connection ends.
 */
export function* negotiate(client: NbdClient): Reading<boolean> {
  const { offer, send } = client;
  send(pack([64, MAGIC], [64, OPTION_MAGIC], [16, HANDSHAKE.fixedNewstyle | HANDSHAKE.noZeroes]));
  const flags = u32(yield 4, 0);
  if (flags > HANDSHAKE.fixedNewstyle + HANDSHAKE.noZeroes) return false;
  const fixed = (flags & HANDSHAKE.fixedNewstyle) !== 0;
  if (fixed) client.mode = MODE.simple;
  for (;;) {
    const head = yield 16;
    const [option, length] = [u32(head, 8), u32(head, 12)];
    if (bigU64(head, 0) !== OPTION_MAGIC || length > MAX_BUFFER) return false;
    if (option === OPTION.exportName) {
      if (length > MAX_STRING) return false;
      return chooseByName(client, decoder.decode(yield length), (flags & HANDSHAKE.noZeroes) !== 0);
    }
    if (!fixed) return false;
    const answer: Answer = (type, body = new Uint8Array()) =>
      send(pack([64, OPTION_REPLY_MAGIC], [32, option], [32, type], [32, body.length], body));
    if (option === OPTION.abort) {
      answer(REPLY.ack);
      return false;
    }
    try {
      if (yield* answerOption(client, option, length, answer)) return true;
    } catch (error) {
      if (!(error instanceof OptionRefusal)) throw error;
      answer(error.type, encodeUtf8(error.message));
    }
  }

  /** Answers one option, and tells whether it was the last. */
  function* answerOption(
    { offer: { extended } }: NbdClient,
    option: number,
    length: number,
    answer: Answer,
  ): Reading<boolean> {
    const name = optionName(option, offer.extended);
    switch (option) {
      case OPTION.info:
      case OPTION.go:
        return answerInfo(client, option, new OptionData(yield length, name), answer);
      case OPTION.listMetaContext:
      case OPTION.setMetaContext: {
        const data = new OptionData(yield length, name);
        answerMetaContexts(client, option, data, (wanted) => findExport(client, wanted), answer);
        return false;
      }
      case OPTION.list:
      case OPTION.startTls:
      case OPTION.structuredReply:
      case OPTION.extendedHeaders: {
        yield* drop(length);
        if (option === OPTION.extendedHeaders && !extended) break;
        if (length > 0) throw new OptionRefusal(REPLY.invalid, `option '${name}' has unexpected length`);
        answerPlain(client, option, answer);
        return false;
      }
      default:
        yield* drop(length);
    }
    throw new OptionRefusal(REPLY.unsupported, `Unsupported option ${option} (${name})`);
  }
}

/** Answers an option that has no data. */
function answerPlain(client: NbdClient, option: number, answer: Answer): void {
  const { mode, offer } = client;
  if (option === OPTION.startTls) throw new OptionRefusal(REPLY.policy, 'TLS not configured');
  if (option === OPTION.list) {
    for (const { name, description = '' } of offer.exports()) {
      const bytes = encodeUtf8(name);
      answer(REPLY.server, pack([32, bytes.length], bytes, encodeUtf8(description)));
    }
  } else if (mode >= MODE.extended) {
    const type = option === OPTION.structuredReply ? REPLY.extendedHeadersRequired : REPLY.invalid;
    throw new OptionRefusal(type, 'extended headers already negotiated');
  } else if (option === OPTION.structuredReply && mode >= MODE.structured) {
    throw new OptionRefusal(REPLY.invalid, 'structured reply already negotiated');
  } else client.mode = option === OPTION.structuredReply ? MODE.structured : MODE.extended;
  answer(REPLY.ack);
}

/** `NBD_OPT_EXPORT_NAME`, the old way to choose: a name that isn't there ends the connection. */
function chooseByName(client: NbdClient, name: string, short: boolean): boolean {
  const found = client.offer.exports().find((each) => each.name === name);
  if (found === undefined) return false;
  choose(client, found);
  const reply = pack([64, exportSize(found)], [16, flagsFor(client, found, false)]);
  const zeros = short ? 0 : EXPORT_NAME_REPLY - reply.length;
  client.send(pack(reply, new Uint8Array(zeros)));
  return true;
}

/** `NBD_OPT_INFO` and `NBD_OPT_GO`: tells of an export, and with the second chooses it. */
function answerInfo(client: NbdClient, option: number, data: OptionData, answer: Answer): boolean {
  const name = data.name();
  const wanted = new Set<number>();
  for (let left = data.number(16); left > 0; left -= 1) wanted.add(data.number(16));
  data.assertEnd();
  const found = findExport(client, name);
  const info = (kind: number, body: Uint8Array): void => answer(REPLY.info, pack([16, kind], body));
  if (wanted.has(INFO.name)) info(INFO.name, encodeUtf8(name));
  if (found.description !== undefined) info(INFO.description, encodeUtf8(found.description));
  info(INFO.blockSize, pack([32, 1], [32, PREFERRED], [32, MAX_BUFFER]));
  if (option === OPTION.go) choose(client, found);
  const flags = flagsFor(client, found, option === OPTION.info);
  info(INFO.export, pack([64, exportSize(found)], [16, flags]));
  answer(REPLY.ack);
  return option === OPTION.go;
}

function flagsFor(client: NbdClient, found: NbdExport, asksOnly: boolean): number {
  let flags = exportFlags(found);
  if (client.mode >= MODE.structured) flags |= EXPORT_FLAG.dontFragment;
  if (client.mode >= MODE.extended && (asksOnly || countContexts(client.contexts) > 0)) {
    flags |= EXPORT_FLAG.blockStatusPayload;
  }
  return flags;
}

/** Contexts of another export are forgotten. */
function choose(client: NbdClient, found: NbdExport): void {
  client.export = found;
  if (client.contexts.export !== found) client.contexts = noContexts();
}

function findExport(client: NbdClient, name: string): NbdExport {
  const found = client.offer.exports().find((each) => each.name === name);
  if (found !== undefined) return found;
  const bytes = encodeUtf8(name);
  const shown = bytes.length < SHOWN_NAME ? name : `${decoder.decode(bytes.subarray(0, SHOWN_NAME))}...`;
  throw new OptionRefusal(REPLY.unknown, `export '${shown}' not present`);
}
