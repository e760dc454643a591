import { afterAll, describe, expect, test } from 'vitest';
import { answerOf, readRows, VERSIONS, writeDown, type EngineRow } from '../../scripts/conformance.mjs';
import { converse, introduce, Monitors } from '../../scripts/record-conformance.mjs';
import { findQemu, qemuRequired } from '../support/real-qemu.ts';

const qemu = findQemu();
const rows = readRows<EngineRow>(new URL('engine.jsonl', import.meta.url));
/** Every so many rows of the table one is replayed; `QMP_CONFORMANCE=all` replays all. */
const STEP = process.env['QMP_CONFORMANCE'] === 'all' ? 1 : 9;
/** A client that leaves early can lose replies, or find those of the one before: then it is asked again. */
const ATTEMPTS = 5;
const SECONDS = 1000;

describe.skipIf(qemu === undefined && !qemuRequired)(
  'the table against an installed QEMU (skipped where there is none)',
  () => {
    const monitors = new Monitors(qemu ?? 'qemu-system-x86_64');
    afterAll(() => monitors.stop());

    test('it answers as the table says', { timeout: 240 * SECONDS }, async ({ skip }) => {
      expect(qemu, 'QMP_REQUIRE_QEMU=1 and there is no qemu-system-x86_64 on PATH').toBeDefined();
      const { version } = await introduce(monitors);
      if (!(VERSIONS as readonly string[]).includes(version)) skip(`QEMU ${version} is not in the table`);
      const differing: unknown[] = [];
      for (const row of rows.filter((_, index) => index % STEP === 0)) {
        const wanted = answerOf(row, version);
        let answer: unknown;
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
          answer = writeDown(await converse(await monitors.of(row.mode), row));
          if (JSON.stringify(answer) === JSON.stringify(wanted)) break;
        }
        if (JSON.stringify(answer) !== JSON.stringify(wanted)) differing.push({ id: row.id, wanted, answer });
      }
      expect(differing).toEqual([]);
    });
  },
);
