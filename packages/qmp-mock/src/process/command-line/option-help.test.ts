import { execFile } from 'node:child_process';
import { describe, expect, it, test } from 'vitest';
import { findQemu, NO_QEMU, qemuRequired } from '../../../test/support/real-qemu.ts';
import { loadProfile } from '../../version/load-profile.ts';
import { knownVersions } from '../../version/version-folders.ts';
import { optionHelp } from './option-help.ts';

const help = (name: string, argument: string, version?: string): ReturnType<typeof optionHelp> =>
  optionHelp(name, argument, loadProfile(version));

describe('the help of an option', () => {
  it.for([
    ['rtc', 'help', 'rtc options:\n  base=<str>\n  clock=<str>\n  driftfix=<str>\n', 1],
    [
      'add-fd',
      '?',
      'add-fd options:\n  fd=<num>               - file descriptor of which a duplicate is added to fd set\n  opaque=<str>           - free-form string used to describe fd\n  set=<num>              - ID of the fd set to add fd to\n',
      1,
    ],
    [
      'boot',
      'help',
      'boot-opts options:\n  menu=<bool (on/off)>\n  once=<str>\n  order=<str>\n  reboot-timeout=<num>\n  splash-time=<num>\n  splash=<str>\n  strict=<bool (on/off)>\n',
      0,
    ],
  ] as const)('-%s %s', ([name, argument, text, exitCode]) => {
    for (const version of knownVersions())
      expect(help(name, argument, version), version).toEqual({ text, exitCode });
  });

  it('of a model that is not there is refused, with exit status 0', () => {
    expect(() => help('device', 'nosuch,help')).toThrow(
      expect.objectContaining({ message: "Device 'nosuch' not found", code: 0 }),
    );
  });

  it.for([
    ['name', 'help'],
    ['machine', 'q35'],
    ['device', 'e1000,id=help'],
    ['vga', '?'],
    ['smp', '2'],
  ] as const)('is not asked for by -%s %s', ([name, argument]) => {
    expect(help(name, argument)).toBeUndefined();
  });

  it.for([
    ['cpu', 'help'],
    ['object', 'iothread,help'],
    ['machine', 'q35,help'],
    ['vga', 'help'],
  ] as const)('is refused where it was not recorded: -%s %s', ([name, argument]) => {
    expect(() => help(name, argument)).toThrow(
      `qmp-mock does not model the list of \`-${name} ${argument}\`; a real QEMU prints it`,
    );
  });
});

/** Version of the installed QEMU, as this package names it. */
async function installed(binary: string): Promise<string> {
  const { stdout } = await run(binary, ['--version']);
  return /version (\d+\.\d+)/.exec(stdout)?.[1] ?? '';
}

function run(binary: string, args: readonly string[]): Promise<{ stdout: string; code: number }> {
  return new Promise((resolve) => {
    execFile(binary, args, (error, stdout) =>
      resolve({ stdout, code: error === null ? 0 : Number(error.code) }),
    );
  });
}

test.skipIf(findQemu() === undefined && !qemuRequired)(
  `is what an installed QEMU prints (skipped: ${NO_QEMU})`,
  async ({ skip }) => {
    const binary = findQemu()!;
    const version = await installed(binary);
    if (!knownVersions().includes(version)) skip(`no data of QEMU ${version}`);
    for (const name of ['object', 'rtc', 'boot', 'smp', 'global', 'msg', 'add-fd', 'overcommit', 'action']) {
      const { stdout, code } = await run(binary, [`-${name}`, 'help']);
      expect.soft(help(name, 'help', version), name).toEqual({ text: stdout, exitCode: code });
    }
  },
);
