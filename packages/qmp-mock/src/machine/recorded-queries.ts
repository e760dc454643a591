import { encodeUtf8 } from '../engine/bytes.ts';
import { BATCH_DIALECT } from '../engine/json/dialect.ts';
import { JsonParser } from '../engine/json/parser.ts';
import { asInserted } from '../engine/json/as-inserted.ts';
import { fromPlain } from '../engine/json/plain.ts';
import { QDict, type QValue } from '../engine/json/value.ts';
import { textOf } from './command.ts';
import type { QemuProfile, VersionReader } from '../engine/profile.ts';

/** A real QEMU's answer: a value, or a refusal. */
export type RecordedReply =
  | { readonly value: QValue }
  | { readonly error: { readonly class: string; readonly desc: string } };

/**
 * Replies to the queries without arguments, of one version. The file is large and most of it is never asked
 * for, so a reply is parsed when it is first needed.
 */
export class RecordedQueries {
  readonly #texts = new Map<string, ReadonlyMap<string, string>>();
  readonly #replies = new Map<string, RecordedReply>();

  constructor(text: string) {
    // A section of the file begins with its title on a line of its own, and every reply is one line.
    let replies = new Map<string, string>();
    for (const line of text.split('\n')) {
      const [, name, reply = ''] = /^"([\w-]+)": (.*?),?$/.exec(line) ?? [];
      if (name === undefined) continue;
      if (reply === '{') this.#texts.set(name, (replies = new Map()));
      else replies.set(name, reply);
    }
  }

  /** The recorded reply of a machine type (`none`, else `pc`), or `undefined` if there is none. */
  reply(machine: string, query: string): RecordedReply | undefined {
    const section = machine === 'none' ? 'none' : 'pc';
    const key = `${section} ${query}`;
    let reply = this.#replies.get(key);
    if (reply === undefined) {
      const text = this.#texts.get(section)?.get(query) ?? this.#texts.get('any')?.get(query);
      if (text === undefined) return undefined;
      reply = toReply(parse(text));
      this.#replies.set(key, reply);
    }
    return reply;
  }
}

/** Numbers that JavaScript would change: more than 15 digits, or a fraction. */
const DELICATE = /\d{16,}|\d\.\d|\d[eE]/;

function parse(text: string): QValue {
  if (!DELICATE.test(text)) return asInserted(fromPlain(JSON.parse(text)));
  const parser = new JsonParser({ dialect: BATCH_DIALECT });
  parser.push(encodeUtf8(text));
  const item = parser.next();
  if (item?.value === undefined) throw new TypeError(`Recorded reply is not JSON: ${text.slice(0, 80)}`);
  return asInserted(item.value);
}

function toReply(message: QValue): RecordedReply {
  if (!(message instanceof QDict)) throw new TypeError('Recorded reply is not an object');
  const error = message.get('error');
  if (error instanceof QDict) {
    return { error: { class: textOf(error, 'class'), desc: textOf(error, 'desc') } };
  }
  return { value: message.get('return') ?? null };
}

const loaded = new WeakMap<VersionReader, RecordedQueries>();

/** The recorded replies of a version; read at the first call, then kept. */
export function recordedQueries({ read }: Pick<QemuProfile, 'read'>): RecordedQueries {
  let queries = loaded.get(read);
  if (queries === undefined) {
    queries = new RecordedQueries(read('queries.json'));
    loaded.set(read, queries);
  }
  return queries;
}
