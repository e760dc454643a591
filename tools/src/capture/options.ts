/** Names of the options of a QEMU's command line, found by trying. */
import { spawnSync } from 'node:child_process';
import type { Program } from '../qemu/program.ts';

const BOGUS = '-qmp-capture-no-such-option';

/** Options that some QEMU takes, but that its `-help` leaves out. */
const UNLISTED: readonly string[] = `
  enable-kvm no-hpet no-acpi qtest qtest-log readconfig writeconfig watchdog soundhw chroot
  runas tb-size singlestep semihosting semihosting-config no-kvm kernel append global set msg
  nographic curses sdl alt-grab ctrl-grab portrait rotate hda hdb hdc hdd fda fdb cdrom sd
  mtdblock snapshot usb usbdevice xen-create accel-help async-teardown smb redir tftp bootp
  localtime startdate rtc-td-hack virtioconsole show-cursor prom-env old-param g h M balloon
  virtfs_synth no-quit no-frame enable-fips no-user-config nouserconfig nodefconfig realtime
  trace plugin bt drive blockdev netdev net nic chardev mon monitor qmp qmp-pretty debugcon
  object
`
  .trim()
  .split(/\s+/);

/** Options that take an argument, options that do not, and those of either that are for other targets alone. */
export interface OptionNames {
  readonly argument: string[];
  readonly flag: string[];
  readonly unsupported: string[];
}

/** What QEMU prints, and ends. */
export function outputOf({ command: [file, ...before] }: Program, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(file, [...before, ...args], { encoding: 'utf8', timeout: 30_000 });
  return stdout + stderr;
}

/** Names of all options. */
export function captureOptions(program: Program): OptionNames {
  const listed = [...outputOf(program, ['-help']).matchAll(/^--?([\w-]+)/gm)].map(([, name]) => name!);
  const names = [...new Set([...listed, ...UNLISTED, 'S', 'version', 'help'])].toSorted();
  const options: OptionNames = { argument: [], flag: [], unsupported: [] };
  for (const name of names) {
    if (name === 'help' || name === 'h' || name === 'version') {
      options.flag.push(name);
      continue;
    }
    // QEMU looks at all options before it acts on any: an unknown one ends it, and tells which it got to.
    const output = outputOf(program, [`-${name}`, BOGUS, '-qmp-capture-second']);
    if (output.includes(`: -${name}: invalid option`)) continue;
    const takesArgument = !output.includes(`: ${BOGUS}: invalid option`);
    (takesArgument ? options.argument : options.flag).push(name);
    const given = takesArgument ? [`-${name}`, BOGUS] : [`-${name}`];
    const alone = outputOf(program, ['-machine', 'none', ...given, '-uuid', '']);
    if (alone.includes(': Option not supported for this target')) options.unsupported.push(name);
  }
  return options;
}
