import { expect, test } from 'vitest';
import { answerOf, type EngineRow } from '../../conformance/engine-table.ts';
import { readRows } from '../../lib/json-lines.ts';
import { recordedVersions } from '../../lib/versions.ts';
import { ALL, describeQemus } from '../../qemu/describe-qemus.ts';
import { engineCases } from './cases/index.ts';
import { Conversations } from './conversations.ts';
import { steadyAnswer, TABLE } from './record.ts';

const rows = readRows<EngineRow>(TABLE);

test('the table has every case, as the recorder makes it', () => {
  expect(rows.map((row) => ({ ...row, answers: undefined }))).toEqual(engineCases());
});

describeQemus('the engine table', (program) => {
  test.skipIf(!recordedVersions().includes(program.version))(
    'it answers as the table says',
    { timeout: 240_000 },
    async () => {
      await using conversations = new Conversations(program);
      const differing: unknown[] = [];
      for (const row of rows.filter((_, index) => ALL || index % 9 === 0)) {
        const wanted = answerOf(row, program.version);
        const { answer, steady } = await steadyAnswer(conversations, row, wanted);
        if (!steady || wanted === undefined) differing.push({ id: row.id, wanted, answer });
      }
      expect(differing).toEqual([]);
    },
  );
});
