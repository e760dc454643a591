/**
 * Every device model that was recorded, plugged into the installed QEMU and into the mock in each kind of
 * place that it was recorded in: replies, objects, properties and values have to be the same, or the mock
 * says that it doesn't model them.
 */
import { expect, test } from 'vitest';
import { CONTEXTS, givenTo, type Context, type Planned } from '../../src/learn/devices/contexts.ts';
import type { Answer, Monitor, Request } from '../../src/learn/qemu/monitor.ts';
import { identify } from '../../src/learn/qemu/identify.ts';
import { Qemu } from '../../src/learn/qemu/qemu.ts';
import { modelTable } from '../../src/machine/qdev/model-table.ts';
import { objectTable } from '../../src/machine/qom/object-table.ts';
import { typeTable } from '../../src/machine/types/type-table.ts';
import { loadProfile } from '../../src/version/load-profile.ts';
import { knownVersions } from '../../src/version/version-folders.ts';
import { FAKE_QEMU } from '../support/fake-qemu.ts';
import { findQemu, NO_QEMU, qemuRequired } from '../support/real-qemu.ts';

/** Patience for one answer, and for the models of one kind of place, in ms. */
const DEADLINE = 60_000;
const PATIENCE = { timeout: 600_000 };
/** Devices that are plugged into one machine. */
const TOGETHER = 4;
const HONEST = /does not model/;
const binary = findQemu();

test.for(CONTEXTS)('every model is what real QEMU makes of it: $way', PATIENCE, async (context, { skip }) => {
  if (binary === undefined && !qemuRequired) skip(NO_QEMU);
  const program = await identify(binary ?? 'qemu-system-x86_64', DEADLINE);
  const { version } = program;
  if (!knownVersions().includes(version)) skip(`nothing is recorded of QEMU ${version}`);
  const fake = [process.execPath, FAKE_QEMU, '--fake-version', version] as const;
  const real = new Qemu(program, DEADLINE);
  const ours = new Qemu({ name: 'fake-qemu', version, command: fake }, DEADLINE);
  const profile = loadProfile(version);
  const types = typeTable(profile);
  const recorded = objectTable(profile);
  const models = modelTable(profile);
  const names = types
    .list({ implements: 'device' })
    .map(({ name }) => name)
    .filter((name) => recorded.find(name, context.way) !== undefined);
  const differences: string[] = [];
  let compared = 0;
  for (let start = 0; start < names.length; start += TOGETHER) {
    const devices = names.slice(start, start + TOGETHER).map((model, index) => ({
      model,
      id: `dev${index}`,
      given: givenTo(
        models.find(model)!,
        new Set(types.properties(model)?.map(({ name }) => name)),
        index,
        0,
      ),
    }));
    compared += await compareGroup(real, ours, context, devices, (text) => void differences.push(text));
  }
  expect(compared).toBeGreaterThan(names.length * 5);
  expect(differences).toEqual([]);
});

async function compareGroup(
  real: Qemu,
  ours: Qemu,
  context: Context,
  devices: readonly Planned[],
  report: (difference: string) => void,
): Promise<number> {
  let theirs: Monitor;
  try {
    theirs = await context.start(real, devices, 0);
  } catch {
    // QEMU itself takes some of them alone only.
    if (devices.length === 1) return 0;
    let compared = 0;
    for (const device of devices) compared += await compareGroup(real, ours, context, [device], report);
    return compared;
  }
  await using first = theirs;
  await using second = await context.start(ours, devices, 0);
  let compared = 0;
  const both = async (requests: readonly Request[]): Promise<Answer[]> => {
    const [expected, found] = await Promise.all([first.askAll(requests), second.askAll(requests)]);
    for (const [index, { text }] of expected.entries()) {
      const own = found[index]!.text;
      if (!HONEST.test(own)) compared += 1;
      if (own !== text && !HONEST.test(own))
        report(`${JSON.stringify(requests[index])}\n  ${text}\n  ${own}`);
    }
    return expected;
  };
  if (context.hot) await both(devices.map((device, index) => context.request(device, index)));
  await both([{ execute: 'query-pci' }]);
  for (let level = devices.map(({ id }) => `/machine/peripheral/${id}`); level.length > 0;) {
    const lists = await both(level.map((path) => ({ execute: 'qom-list', arguments: { path } })));
    const asked: Request[] = [];
    const below: string[] = [];
    for (const [index, { message }] of lists.entries()) {
      for (const { name, type } of (message.return ?? []) as { name: string; type: string }[]) {
        if (type.startsWith('child<')) below.push(`${level[index]}/${name}`);
        asked.push({ execute: 'qom-get', arguments: { path: level[index], property: name } });
      }
    }
    await both(asked);
    level = below;
  }
  return compared;
}
