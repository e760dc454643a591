import type { MockQmp } from 'qmp-mock';
import { test as base } from 'vitest';
import { expect, withQmp, type QmpMachine } from 'qmp-vitest';

// Each test ends the shared machine in one way, and waits for nothing. The next one must not notice.

const given: QmpMachine[] = [];

const test = withQmp(base, { scope: 'file', prepare: (machine) => void given.push(machine) });

type End = (machine: QmpMachine) => unknown;

const onBoth: Record<string, End> = {
  'quit, with its reply': ({ qmp }) => qmp.execute('quit'),
  'quit, without its reply': ({ qmp }) => void qmp.execute('quit').catch(() => {}),
  'its client closes': ({ qmp }) => qmp.close(),
  'its client closes, and nobody waits for that': ({ qmp }) => void qmp.close(),
};

const mocked = (end: (mock: MockQmp) => unknown): End => {
  return ({ mock }) => void end(mock!);
};

const onMock: Record<string, End> = {
  'its guest powers off': mocked((mock) => mock.machine.guest.powerOff()),
  'a signal': mocked((mock) => mock.machine.terminate()),
  'it hangs up': mocked((mock) => mock.connections[0]?.close()),
  'its connection breaks': mocked((mock) => mock.connections[0]?.reset()),
  'it is closed': mocked((mock) => mock.close()),
};

const killed = (signal: NodeJS.Signals): End => {
  return ({ qemu }) => void process.kill(qemu!.pid, signal);
};

const onQemu: Record<string, End> = {
  'kill()': ({ qemu }) => void qemu!.kill(),
  'stop()': ({ qemu }) => void qemu!.stop(),
  SIGKILL: killed('SIGKILL'),
  SIGTERM: killed('SIGTERM'),
  SIGINT: killed('SIGINT'),
  SIGSEGV: killed('SIGSEGV'),
  'SIGSTOP: it answers nothing': killed('SIGSTOP'),
};

for (const [how, end] of Object.entries({
  ...onBoth,
  ...(process.env['QMP_BACKEND'] === 'qemu' ? onQemu : onMock),
})) {
  test(`ended by ${how}`, async ({ qmp }) => {
    const machine = given.at(-1)!;
    expect(machine.qmp).toBe(qmp);
    await end(machine);
  });

  test(`after ${how}: a fresh one`, async ({ qmp }) => {
    const [ended, fresh] = given.slice(-2);
    expect(fresh!.qmp).toBe(qmp);
    expect(fresh!.qmp).not.toBe(ended!.qmp);
    if (ended!.qemu !== undefined) expect(ended!.qemu.exit).not.toBeNull();
    expect(await qmp.execute('query-status')).toMatchObject({ running: true });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(qmp.connected).toBe(true);
    expect(fresh!.mock?.received.map(({ execute }) => execute) ?? ['query-status']).toEqual(['query-status']);
  });
}
