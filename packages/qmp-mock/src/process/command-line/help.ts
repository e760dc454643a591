import type { MachineData } from '../../machine/machine-data.ts';

/** Options that do something here, with what they do. */
const MODELLED: readonly (readonly [string, string])[] = [
  ['-qmp DEV, -qmp-pretty DEV', 'a QMP monitor: unix:PATH, tcp:HOST:PORT, stdio, chardev:ID'],
  ['-monitor DEV', 'a human monitor'],
  [
    '-chardev KIND,id=ID,…',
    'socket (path, host, port, fd, server, wait, telnet, reconnect), stdio, file, null',
  ],
  ['-mon chardev=ID,mode=control[,pretty=on]', 'a monitor on a chardev'],
  ['-object monitor-qmp,id=ID,chardev=ID', 'the same, if the version has it'],
  ['-S, -preconfig, -incoming URI', 'do not start the guest yet'],
  ['-no-reboot, -no-shutdown, -action …', 'what happens to the machine when the guest ends'],
  ['-machine TYPE, -name, -uuid, -m, -smp', 'what the queries show'],
  ['-compat …', 'refuse deprecated or unstable commands'],
  ['-daemonize, -pidfile FILE, -D FILE', 'as QEMU has them'],
  ['--fake-version VERSION', 'QEMU version to imitate, or the folder of one (or FAKE_QEMU_VERSION)'],
  ['--guest KIND', 'obedient, deaf or none (or FAKE_QEMU_GUEST)'],
  ['--verbose', 'a line on stderr for each answer that is not modelled'],
  ['--fake-help', 'this list, and what each command does'],
];

/** The options that do something here, a line each. */
export function modelledOptions(): string[] {
  const width = Math.max(...MODELLED.map(([option]) => option.length));
  return MODELLED.map(([option, text]) => `${option.padEnd(width)}  ${text}`);
}

/** Prints `-help`. */
export function helpText(data: MachineData, program: string): string {
  const names = [...data.options.flag, ...data.options.argument].toSorted();
  return [
    ...data.banner,
    `usage: ${program} [options] [disk_image]`,
    '',
    'This is a stand-in for QEMU: it has its monitors, and no guest. These options do something:',
    ...modelledOptions(),
    '',
    'All other options of this version are taken and have no effect:',
    names.map((name) => `-${name}`).join(' '),
    '',
  ].join('\n');
}
