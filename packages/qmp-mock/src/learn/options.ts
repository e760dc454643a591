/** Names of the options of a QEMU's command line, found by trying. */
import { Scratch } from './lib/scratch.ts';
import type { Qemu } from './qemu/qemu.ts';

/** QEMUs that are tried at once. */
const AT_ONCE = 3;

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

/**
 * Options that take an argument, options that do not, and those of either that are for other targets alone.
 */
export interface OptionNames {
  readonly argument: string[];
  readonly flag: string[];
  readonly unsupported: string[];
}

/** Result of trying a name. */
interface Tried {
  readonly name: string;
  readonly kind: 'argument' | 'flag' | undefined;
  readonly unsupported: boolean;
}

/** Names of all options. */
export async function learnOptions(qemu: Qemu): Promise<OptionNames> {
  // Some options make a file of the name that they are given.
  using scratch = new Scratch('qmp-learn-');
  const cwd = scratch.path;
  const help = await qemu.output(['-help']);
  const listed = [...help.matchAll(/^--?([\w-]+)/gm)].map(([, name]) => name!);
  const names = [...new Set([...listed, ...UNLISTED, 'S', 'version', 'help'])].toSorted();
  const tried: Tried[] = [];
  const next = names.values();
  // They take from the same list, each as soon as it is done with its last.
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (const name of next) tried.push(await tryOption(name, (args) => qemu.output(args, { cwd })));
  });
  await Promise.all(workers);
  const those = (fits: (option: Tried) => boolean): string[] =>
    tried
      .filter(fits)
      .map(({ name }) => name)
      .toSorted();
  return {
    argument: those(({ kind }) => kind === 'argument'),
    flag: those(({ kind }) => kind === 'flag'),
    unsupported: those(({ unsupported }) => unsupported),
  };
}

async function tryOption(
  name: string,
  outputOf: (args: readonly string[]) => Promise<string>,
): Promise<Tried> {
  if (name === 'help' || name === 'h' || name === 'version')
    return { name, kind: 'flag', unsupported: false };
  // QEMU looks at all options before it acts on any: an unknown one ends it, and tells which it got to.
  const output = await outputOf([`-${name}`, BOGUS, '-qmp-capture-second']);
  if (output.includes(`: -${name}: invalid option`)) return { name, kind: undefined, unsupported: false };
  const kind = output.includes(`: ${BOGUS}: invalid option`) ? 'flag' : 'argument';
  const given = kind === 'argument' ? [`-${name}`, BOGUS] : [`-${name}`];
  const alone = await outputOf(['-machine', 'none', ...given, '-uuid', '']);
  return { name, kind, unsupported: alone.includes(': Option not supported for this target') };
}
