import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { chardevError, readCommandLine } from './command-line.ts';
import { NEWEST, OLDEST, versionsWhere } from '../test/support/versions.ts';

/** A version that does not warn of `-mon`. */
const QUIET = versionsWhere((rules) => !rules.monDeprecated).at(-1);

const words = (line: string): string[] => (line === '' ? [] : line.split(' '));

function socket(place: object, more: object = {}): unknown {
  return expect.objectContaining({ kind: 'socket', place, server: false, mux: false, ...more });
}

describe('monitors', () => {
  test.each([
    ['-qmp unix:/run/a.sock', socket({ kind: 'unix', path: '/run/a.sock' })],
    ['--qmp unix:a.sock,server=on,wait=off', socket({ kind: 'unix', path: 'a.sock' }, { server: true })],
    ['-qmp unix:/run/a,,b.sock', socket({ kind: 'unix', path: '/run/a,b.sock' })],
    ['-qmp tcp:127.0.0.1:4444', socket({ kind: 'inet', host: '127.0.0.1', port: '4444' })],
    // The short form has no way to write an IPv6 address.
    [
      '-chardev socket,id=q,host=::1,port=4444,server=on -qmp chardev:q',
      socket({ kind: 'inet', host: '::1', port: '4444' }, { server: true }),
    ],
    ['-qmp tcp:[::1]:4444', socket({ kind: 'inet', host: '[', port: ':1]:4444' })],
    ['-qmp stdio', { kind: 'stdio', mux: false }],
    ['-chardev socket,id=qmp,fd=3 -qmp chardev:qmp', socket({ kind: 'fd', fd: 3 })],
    ['-mon q,mode=control -chardev socket,id=q,path=/s', socket({ kind: 'unix', path: '/s' })],
    ['-chardev stdio,id=q -mon chardev=q,mode=control', { kind: 'stdio', mux: false }],
    ['-name -qmp -qmp stdio', { kind: 'stdio', mux: false }],
  ])('%s', (line, chardev) => {
    expect(readCommandLine(words(line), { qemu: QUIET })).toMatchObject({
      exitCode: undefined,
      stderr: '',
      monitors: [{ chardev, pretty: false }],
    });
  });

  test.each(['', '-monitor stdio', '-mon chardev=q,mode=readline -chardev stdio,id=q', '-serial stdio'])(
    '%j asks for none',
    (line) => {
      expect(readCommandLine(words(line), { qemu: QUIET })).toMatchObject({
        exitCode: undefined,
        monitors: [],
      });
    },
  );

  test('there may be several, some pretty', () => {
    const line =
      '-qmp-pretty unix:/a -chardev socket,id=q,fd=3 -mon chardev=q,mode=control,pretty=on -qmp unix:/b';
    const { monitors, descriptors } = readCommandLine(words(line), { qemu: QUIET });
    expect(monitors.map(({ pretty, location }) => [location, pretty])).toEqual([
      ['-qmp-pretty unix:/a', true],
      ['-chardev socket,id=q,fd=3', true],
      ['-qmp unix:/b', false],
    ]);
    expect(descriptors).toEqual([3]);
  });
});

test('it tells how the machine starts', () => {
  const line =
    '-S -name one,process=x -m 1G -smp 2 -no-shutdown -machine q35 -daemonize -pidfile vm.pid disk.img';
  expect(readCommandLine(words(line))).toMatchObject({
    exitCode: undefined,
    machine: { paused: true, name: 'one', memory: 1024, cpus: 2, type: 'q35', action: { shutdown: 'pause' } },
    daemonize: true,
    pidFile: 'vm.pid',
  });
});

test('another target is not known here', () => {
  const program = 'qemu-system-riscv64';
  expect(readCommandLine(['-machine', 'virt'], { program })).toMatchObject({
    exitCode: 1,
    stderr: 'qemu-system-riscv64: qmp-mock does not model the target riscv64: it knows x86_64 only\n',
  });
});

test('a version is printed, and warnings come with a machine', () => {
  const asked = readCommandLine(['-S', '--version'], {
    qemu: NEWEST,
  });
  expect(asked).toMatchObject({ exitCode: 0, stderr: '' });
  expect(asked.stdout).toMatch(
    new RegExp(`^QEMU emulator version ${NEWEST.replace('.', '\\.')}\\.\\d+.*\nCopyright`),
  );
  for (const qemu of versionsWhere((rules) => rules.monDeprecated)) {
    const warned = readCommandLine(words('-chardev stdio,id=a -mon a,mode=control'), { qemu });
    expect(warned).toMatchObject({ exitCode: undefined });
    expect(warned.stderr).toMatch(/^qemu-system-x86_64: -mon a,mode=control: warning: '-mon' is deprecated/);
  }
});

// The command says the same, in a process of its own, and is held against QEMU by tests of its own.
describe('what is refused', () => {
  const command = fileURLToPath(new URL('../dist/cli/fake-qemu.cjs', import.meta.url));
  test.each([
    '-bogus',
    '-name',
    '-machine virt',
    '-qmp foo',
    '-chardev null',
    '-chardev socket,id=a',
    '-mon chardev=x,mode=control',
    '-chardev null,id=a -mon chardev=a,mode=wrong',
    '-chardev null,id=a -chardev null,id=a',
    '-chardev null,id=a -qmp chardev:a -qmp chardev:a',
    '-qmp stdio -chardev stdio,id=b',
    '-daemonize -qmp stdio',
    '-uuid 1',
  ])('%s', (line) => {
    const { stderr, exitCode } = readCommandLine(words(line), { qemu: OLDEST });
    const env = { ...process.env, FAKE_QEMU_VERSION: OLDEST };
    const ran = spawnSync(process.execPath, [command, ...words(line)], {
      env,
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect({ stderr, exitCode }).toEqual({ stderr: ran.stderr, exitCode: ran.status });
    expect(exitCode).toBe(1);
  });
});

test("a chardev that cannot be opened is said in QEMU's words", () => {
  const { monitors } = readCommandLine(['-qmp', 'unix:/nowhere/a']);
  const error = Object.assign(new Error('connect ENOENT'), { code: 'ENOENT', errno: -2 });
  expect(chardevError(monitors[0]!.chardev, error)).toBe(
    "Failed to connect to '/nowhere/a': No such file or directory",
  );
});
