import { expect, test } from 'vitest';
import { interactiveCommandLine, storageDaemonCommandLine, systemCommandLine } from './command-line.ts';

const parts = { binary: '/usr/bin/qemu', monitor: 'path=/tmp/x/qmp.sock,server=off' };

test('a machine with nothing in it is the default', () => {
  expect(systemCommandLine({}, parts).join(' ')).toMatchInlineSnapshot(
    `"/usr/bin/qemu -machine none -nodefaults -no-user-config -display none -chardev socket,id=qmp,path=/tmp/x/qmp.sock,server=off -qmp chardev:qmp"`,
  );
});

test('arguments of the machine come last, a pause and a console before them', () => {
  const options = { args: ['-machine', 'pc'], paused: true };
  const all = { ...parts, monitor: 'fd=3', consoleFd: 4, tether: ['-run-with', 'exit-with-parent=on'] };
  expect(systemCommandLine(options, all).join(' ')).toMatchInlineSnapshot(
    `"/usr/bin/qemu -machine none -nodefaults -no-user-config -display none -run-with exit-with-parent=on -chardev socket,id=qmp,fd=3 -qmp chardev:qmp -chardev socket,id=console,fd=4 -serial chardev:console -S -machine pc"`,
  );
});

test('the defaults can be replaced', () => {
  expect(systemCommandLine({ defaultArgs: [], args: ['-M', 'pc'] }, parts).slice(0, 2)).toEqual([
    '/usr/bin/qemu',
    '-chardev',
  ]);
});

test('the storage daemon', () => {
  const argv = storageDaemonCommandLine({ args: ['--blockdev', 'null-co,node-name=disk'] }, parts);
  expect(argv.join(' ')).toMatchInlineSnapshot(
    `"/usr/bin/qemu --chardev socket,id=qmp,path=/tmp/x/qmp.sock,server=off --monitor chardev=qmp --blockdev null-co,node-name=disk"`,
  );
});

test('for a person, the monitor is on the terminal and the console goes nowhere', () => {
  const all = { ...parts, consoleFd: 4, tether: ['-run-with', 'exit-with-parent=on'] };
  const argv = systemCommandLine({ args: ['-run-with', 'chroot=/x'] }, all);
  expect(interactiveCommandLine(argv).join(' ')).toMatchInlineSnapshot(
    `"/usr/bin/qemu -machine none -nodefaults -no-user-config -display none -chardev stdio,id=qmp -qmp chardev:qmp -chardev null,id=console -serial chardev:console -run-with chroot=/x"`,
  );
});
