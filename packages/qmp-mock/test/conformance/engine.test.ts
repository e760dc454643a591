import { describe, expect, test, vi } from 'vitest';
import {
  answerOf,
  BEGIN,
  inputOf,
  OOB_END,
  writeDown,
  type EngineRow,
} from '../../../../tools/src/conformance/engine-table.ts';
import { readRows } from '../../../../tools/src/lib/json-lines.ts';
import { knownVersions } from '../../src/version/version-folders.ts';
import { RecordedSession } from './engine-host.ts';

// Some cases take in a hundred thousand tokens, one byte at a time, on a machine that may be busy. In ms.
vi.setConfig({ testTimeout: 60_000 });

const rows = readRows<EngineRow>(new URL('engine.jsonl', import.meta.url));

/** Holds a conversation with the mock as the recording script held it with QEMU. */
function converse(
  row: EngineRow,
  version: string,
  send: (piece: Buffer, to: RecordedSession) => void,
): string {
  const { mode = 'plain' } = row;
  const peer = new RecordedSession(version, { pretty: mode === 'pretty' });
  send(Buffer.from(BEGIN[mode]), peer);
  peer.take(); // greeting and negotiation
  for (const piece of inputOf(row)) send(piece, peer);
  if (mode === 'oob') {
    send(OOB_END, peer);
  } else {
    peer.session.end();
    expect(peer.closed, 'all that is complete has been answered').toBe(true);
  }
  return peer.take();
}

const atOnce = (piece: Buffer, { session }: RecordedSession): void => session.receive(piece);

function byteByByte(piece: Buffer, { session }: RecordedSession): void {
  for (let i = 0; i < piece.length; i++) session.receive(piece.subarray(i, i + 1));
}

describe.each(knownVersions())('as QEMU %s', (version) => {
  const categories = [...new Set(rows.map(({ category }) => category))];

  describe.each(categories)('%s', (category) => {
    const table = rows.filter((row) => row.category === category);

    test.each(table)('$id', (row) => {
      const answer = answerOf(row, version);
      expect(answer, 'recorded').toBeDefined();
      expect(writeDown(converse(row, version, atOnce)), 'in one piece').toEqual(answer);
      expect(writeDown(converse(row, version, byteByByte)), 'byte by byte').toEqual(answer);
    });
  });
});
