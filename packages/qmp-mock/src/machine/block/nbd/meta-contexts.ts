import { encodeUtf8 } from '../../../engine/bytes.ts';
import { pack } from './bytes.ts';
import { type MetaContexts, MODE, type NbdClient, noContexts } from './client.ts';
import type { NbdExport } from './export.ts';
import type { OptionData } from './option-data.ts';
import { CONTEXT_ID, MAX_STRING, OPTION, REPLY } from './protocol.ts';

/** Sends a reply to the option that is being answered. */
export type Answer = (type: number, body?: Uint8Array) => void;

/**
 * Answers `NBD_OPT_LIST_META_CONTEXT` and `NBD_OPT_SET_META_CONTEXT` (`nbd_negotiate_meta_queries` in
 * nbd/server.c).
 */
export function answerMetaContexts(
  client: NbdClient,
  option: number,
  data: OptionData,
  find: (name: string) => NbdExport,
  answer: Answer,
): void {
  const lists = option === OPTION.listMetaContext;
  if (!lists && client.mode < MODE.structured) {
    data.refuse("request option 'set meta context' when structured reply is not negotiated");
  }
  // A list changes nothing; a set forgets the last one, even if it fails.
  const keep = (contexts: MetaContexts): MetaContexts => (lists ? contexts : (client.contexts = contexts));
  keep(noContexts());
  const found = find(data.name());
  const contexts = noContexts(found);
  const queries = data.number(32);
  if (lists && queries === 0) selectAll(contexts, found);
  else for (let query = 0; query < queries; query += 1) select(contexts, found, queryOf(data), lists);
  for (const [id, name] of selected(contexts, found)) {
    answer(REPLY.metaContext, pack([32, lists ? 0 : id], encodeUtf8(name)));
  }
  answer(REPLY.ack);
  keep(contexts);
}

function queryOf(data: OptionData): string {
  const length = data.number(32);
  if (length > MAX_STRING) {
    data.skip(length);
    return '';
  }
  return data.text(length);
}

function selectAll(contexts: MetaContexts, found: NbdExport): void {
  contexts.allocation = true;
  contexts.depth = found.showsDepth;
  contexts.bitmaps.fill(true);
}

/** Takes one query: a context, or in a list all that begin with it. */
function select(contexts: MetaContexts, found: NbdExport, query: string, lists: boolean): void {
  if (query === 'base:allocation' || (query === 'base:' && lists)) contexts.allocation = true;
  else if (query === 'qemu:allocation-depth') contexts.depth = found.showsDepth;
  else if (query === 'qemu:' && lists) {
    contexts.depth = found.showsDepth;
    contexts.bitmaps.fill(true);
  } else if (query === 'qemu:dirty-bitmap:' && lists) contexts.bitmaps.fill(true);
  else if (query.startsWith('qemu:dirty-bitmap:')) {
    const name = query.slice('qemu:dirty-bitmap:'.length);
    const index = found.bitmaps.findIndex((bitmap) => bitmap.name === name);
    if (index !== -1) contexts.bitmaps[index] = true;
  }
}

function* selected(
  { allocation, depth, bitmaps }: MetaContexts,
  found: NbdExport,
): Iterable<[id: number, name: string]> {
  if (allocation) yield [CONTEXT_ID.allocation, 'base:allocation'];
  if (depth) yield [CONTEXT_ID.depth, 'qemu:allocation-depth'];
  for (const [index, { name }] of found.bitmaps.entries()) {
    if (bitmaps[index] === true) yield [CONTEXT_ID.firstBitmap + index, `qemu:dirty-bitmap:${name}`];
  }
}
