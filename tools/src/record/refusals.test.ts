import { expect, test } from 'vitest';
import { readRows } from '../lib/json-lines.ts';
import { refusalCases, type RefusalLine } from '../conformance/refusal-cases.ts';
import { inRepository } from '../lib/repository.ts';
import { recordedVersions } from '../lib/versions.ts';
import { ALL, describeQemus } from '../qemu/describe-qemus.ts';
import { Monitor, NO_MACHINE } from '../qemu/monitor.ts';

describeQemus('the recorded refusals', (program) => {
  test.skipIf(!recordedVersions().includes(program.version))(
    'it refuses the arguments as recorded',
    { timeout: 300_000 },
    async () => {
      const file = inRepository(`packages/qmp-mock/test/refusals/${program.version}.jsonl`);
      const cases = refusalCases(readRows<RefusalLine>(file)).filter((_, index) => ALL || index % 10 === 0);
      await using qemu = await Monitor.start(program, NO_MACHINE);
      const replies = await qemu.askAll(
        cases.map(({ command, text }) => `{"execute":"${command}","arguments":${text}}`),
      );
      const differing = cases
        .map((item, index) => ({ ...item, now: replies[index]?.message.error?.desc }))
        .filter(({ answer, now }) => answer !== now);
      expect(differing).toEqual([]);
    },
  );
});
