#!/usr/bin/env node
/**
 * Teaches the mock a QEMU version: asks a real QEMU, and writes what it says to packages/qmp-mock/data/<major.minor>/.
 *
 *     node scripts/capture-qemu.mjs --qemu /usr/bin/qemu-system-x86_64 [--qemu OTHER …] [--out FOLDER]
 *
 * | file | what |
 * |---|---|
 * | `schema.json` | the reply to `query-qmp-schema`, QEMU's own text, one entry a line |
 * | `refusals.json` | what the schema does not say of arguments: integer widths, alternates' names, unchecked commands |
 * | `queries.json` | replies of the queries without arguments, on an idle machine `none` and `pc` |
 * | `devices.json` | properties of the devices that are most often plugged in: names and types |
 * | `machine.json` | what the built-in machine starts from: options of the command line, HMP commands, QOM objects |
 * | `profile.json` | version, and the named rules of behaviour |
 *
 * The same binary gives the same bytes each time. QEMU runs without a guest, with its monitor on an inherited
 * descriptor. For a version that is new, add its name to `QemuVersionName` in
 * packages/qmp-mock/src/profile/profile.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { captureDevices } from './capture/devices.mjs';
import { captureMachine } from './capture/machine.mjs';
import { Qemu } from './capture/qemu.mjs';
import { captureQueries } from './capture/queries.mjs';
import { captureRefusals } from './capture/refusals.mjs';
import { captureRules } from './capture/rules.mjs';
import { checkCommandOrder, schemaFile } from './capture/schema.mjs';

const { values } = parseArgs({
  options: { qemu: { type: 'string', multiple: true }, out: { type: 'string' } },
});
if (!values.qemu) {
  console.error('usage: node scripts/capture-qemu.mjs --qemu QEMU-BINARY [--qemu OTHER …] [--out FOLDER]');
  process.exit(2);
}
const out = values.out ?? fileURLToPath(new URL('../packages/qmp-mock/data', import.meta.url));

for (const binary of values.qemu) {
  const qemu = await Qemu.start(binary, ['-machine', 'none', '-nodefaults', '-S']);
  try {
    const { version } = qemu.greeting.QMP;
    const name = `${version.qemu.major}.${version.qemu.minor}`;
    const schema = await qemu.ask('{"execute":"query-qmp-schema"}');
    const entries = schema.message.return;
    const refusals = await captureRefusals(qemu, entries);
    checkCommandOrder(await qemu.ask('{"execute":"query-commands"}'), entries, refusals.unchecked);
    const files = {
      'schema.json': schemaFile(schema.text),
      'refusals.json': `${JSON.stringify(refusals, null, 1)}\n`,
      'queries.json': await captureQueries(binary, entries),
      'devices.json': await captureDevices(binary),
      'machine.json': `${JSON.stringify(await captureMachine(binary), null, 1)}\n`,
      'profile.json': `${JSON.stringify({ version, rules: await captureRules(binary) }, null, 2)}\n`,
    };
    mkdirSync(`${out}/${name}`, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(`${out}/${name}/${file}`, text);
    const size = Object.values(files).reduce((sum, text) => sum + text.length, 0);
    console.log(
      `QEMU ${name}: ${entries.length} schema entries, ${Math.round(size / 1024)} KiB in ${out}/${name}`,
    );
  } finally {
    await qemu.stop();
  }
}
