/** The parts of the fixtures that a Vitest has to bear. Each test is a row of the table. */
import { expect, test, withQmp } from 'qmp-vitest';
import { test as base } from 'vitest';

test('fixtures and matchers', async ({ qmp, mock }) => {
  await qmp.execute('stop');
  await expect(qmp).toEmitEvent('STOP');
  expect(mock).toHaveReceivedCommand('stop');
});

test('more machines', async ({ qmp, launch }) => {
  const { qmp: other } = await launch({ name: 'other' });
  await qmp.execute('stop');
  expect(await other.execute('query-status')).toMatchObject({ status: 'running' });
});

test('QEMU that the code under test spawns', async ({ fakeQemu }) => {
  const { spawn } = await import('node:child_process');
  const args = ['-M', 'none', '-qmp', 'unix:qmp.sock,server=on,wait=off'];
  const child = spawn('qemu-system-x86_64', args, { env: fakeQemu.env, cwd: fakeQemu.directory });
  const vm = await fakeQemu.next();
  expect(vm.option('-M')).toBe('none');
  await vm.exit(3);
  expect(child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)))).toBe(3);
});

let attempts = 0;
test('retries', { retry: 1 }, async ({ qmp }) => {
  attempts += 1;
  const { status } = await qmp.execute('query-status');
  await qmp.execute('stop');
  if (attempts === 1) throw new Error('once more');
  expect([attempts, status]).toEqual([2, 'running']);
});

const shared = withQmp(base, { scope: 'file' });
let asked = 0;
for (const turn of [1, 2]) {
  shared(`a machine for a file, test ${turn}`, async ({ qmp }) => {
    asked += 1;
    await qmp.execute(asked === 1 ? 'stop' : 'query-status');
    expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' });
  });
}
