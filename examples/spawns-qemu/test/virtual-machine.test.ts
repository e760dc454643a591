import { QmpCommandError } from 'qmp-core';
import { expect, test } from 'qmp-vitest';
import { VirtualMachine } from '../src/virtual-machine.ts';

// `VirtualMachine` starts `qemu-system-x86_64` by itself. `fakeQemu` is a directory to put on its PATH;
// whatever it starts from there has a mock in the test, a command line, an environment and an exit.

test('starts QEMU with what it was asked for', async ({ fakeQemu }) => {
  const starting = VirtualMachine.start({
    name: 'web',
    memory: 512,
    directory: fakeQemu.directory,
    env: fakeQemu.env,
  });
  const vm = await fakeQemu.next();
  const machine = await starting;
  await machine.pause();

  expect(vm.option('-m')).toBe('512M');
  expect(vm).toHaveReceivedCommand('stop');
});

test('says why QEMU did not start', async ({ fakeQemu }) => {
  fakeQemu.failNext({ stderr: 'qemu-system-x86_64: cannot set up guest memory: Cannot allocate memory\n' });

  await expect(
    VirtualMachine.start({ name: 'big', memory: 9e9, directory: fakeQemu.directory, env: fakeQemu.env }),
  ).rejects.toThrow('big did not start (exit code 1): qemu-system-x86_64: cannot set up guest memory');
});

test('every machine can be scripted before its first answer', async ({ fakeQemu }) => {
  fakeQemu.onStart((vm) => vm.mock.handleOnce('stop', new QmpCommandError('GenericError', 'not now')));
  const machine = await VirtualMachine.start({
    name: 'web',
    memory: 64,
    directory: fakeQemu.directory,
    env: fakeQemu.env,
  });

  await expect(machine.pause()).rejects.toThrow('not now');
  await machine.pause();
  expect(fakeQemu.machines).toHaveLength(1);
});

test('a guest that powers off in time', async ({ fakeQemu }) => {
  const starting = VirtualMachine.start({
    name: 'web',
    memory: 64,
    directory: fakeQemu.directory,
    env: fakeQemu.env,
  });
  const vm = await fakeQemu.next();
  const machine = await starting;
  const shutDown = machine.shutDown(5000);
  await vm.mock.waitForCommand('system_powerdown');
  vm.machine.guest.powerOff();

  expect(await shutDown).toBe('by itself');
});

test('a guest that does not listen is ended by force', async ({ fakeQemu }) => {
  const starting = VirtualMachine.start({
    name: 'web',
    memory: 64,
    directory: fakeQemu.directory,
    env: fakeQemu.env,
  });
  const vm = await fakeQemu.next();
  const machine = await starting;
  vm.machine.guest.consents = 'never';

  expect(await machine.shutDown(50)).toBe('by force');
  await vm.exited;
});
