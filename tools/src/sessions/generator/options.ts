import type { Dice } from './dice.ts';
import type { Board, World } from './world.ts';

/** One option with its argument, or two that belong together. */
export type Unit = readonly string[];

const one = (name: string, ...values: readonly string[]): Unit[] => values.map((value) => [name, value]);

const MACHINES: readonly (readonly [number, Board, readonly string[]])[] = [
  [12, 'none', ['none']],
  [
    22,
    'pc',
    [
      'pc',
      'pc',
      'pc,accel=tcg',
      'type=pc',
      'pc-i440fx-7.2',
      'pc,usb=off,dump-guest-core=off',
      'pc,vmport=off',
      'pc,usb=on',
    ],
  ],
  [
    36,
    'q35',
    [
      'q35',
      'q35',
      'q35',
      'q35,accel=tcg',
      'type=q35',
      'pc-q35-7.2',
      'pc-q35-7.2,usb=off,dump-guest-core=off',
      'pc-q35-6.2',
      'q35,hpet=off',
      'q35,smm=off',
      'q35,vmport=off,usb=off',
      'q35,graphics=off',
      'q35,sata=off',
      'q35,mem-merge=off',
    ],
  ],
  [4, 'microvm', ['microvm', 'microvm,accel=tcg', 'microvm,rtc=on', 'microvm,isa-serial=off']],
  [1, 'isapc', ['isapc']],
];
const BAD_MACHINES = [
  'nosuch',
  'virt',
  'q35,nosuch=on',
  'pc,usb=maybe',
  'q35,smm=perhaps',
  'pc-q35-0.1',
  'q35,kernel-irqchip=nosuch',
  '',
];

/** The machine of a session: the option, if there is one. */
export function machine(dice: Dice, world: World): Unit[] {
  if (dice.percent(5)) {
    world.board = 'pc';
    return [];
  }
  if (dice.percent(1.5)) {
    world.board = 'q35';
    return one(dice.pick(['-machine', '-M']), dice.pick(BAD_MACHINES));
  }
  const [board, spellings] = dice.weighted(
    MACHINES.map(([weight, name, words]) => [weight, [name, words] as const] as const),
  );
  world.board = board;
  return one(dice.percent(85) ? '-machine' : '-M', dice.pick(spellings));
}

const MEMORY = [
  '64',
  '128',
  '128M',
  '256M',
  '512',
  'size=131072k',
  '96M',
  '128M,slots=2,maxmem=1G',
  '64M,slots=1,maxmem=256M',
  '256M,slots=4,maxmem=1G',
  '0.25G',
  '128M,maxmem=128M',
];
const BAD_MEMORY = [
  '64X',
  'nosuch',
  '128M,maxmem=64M',
  '128M,slots=2',
  '64M,slots=0,maxmem=256M',
  '-5',
  '128M,slots=300,maxmem=1G',
  '128M,nosuch=1',
];
const TOPOLOGIES = [
  '1',
  '2',
  '2',
  '4',
  'cpus=2',
  '2,maxcpus=4',
  '1,maxcpus=3,sockets=3,cores=1,threads=1',
  '2,sockets=2,cores=1,threads=1',
  '4,sockets=1,cores=2,threads=2',
  '1,maxcpus=2',
  '2,sockets=1,cores=2,maxcpus=2',
  '4,cores=4',
  '2,threads=2',
  '8',
];
const BAD_TOPOLOGIES = [
  '0',
  '3,cores=2,sockets=1,threads=1',
  '2,maxcpus=1',
  '300',
  'x',
  '2,sockets=0',
  '2,nosuch=1',
  '4,maxcpus=6,sockets=2,cores=2,threads=1',
];
const CPUS = [
  'qemu64',
  'qemu64',
  'max',
  'qemu64,+aes',
  'qemu64,-svm',
  'Nehalem',
  'base',
  'qemu32',
  'kvm64',
  'Haswell-noTSX',
  'EPYC',
  'Skylake-Client',
  'qemu64,vendor=AuthenticAMD',
  'qemu64,check=off',
];
const BAD_CPUS = [
  'host',
  'nosuch',
  'qemu64,nosuch=on',
  'qemu64,+nosuch',
  'cortex-a57',
  'qemu64,phys-bits=200',
  '',
];

/** Size, processors and name of a machine. */
export function shape(dice: Dice, world: World, accelerated: boolean): Unit[] {
  const units: Unit[] = [];
  const may = (
    percent: number,
    bad: number,
    name: string,
    good: readonly string[],
    wrong: readonly string[],
  ): void => {
    if (dice.percent(percent)) units.push([name, dice.pick(dice.percent(bad) ? wrong : good)]);
  };
  may(75, 2, '-m', MEMORY, BAD_MEMORY);
  if (world.board !== 'none' || dice.percent(5)) may(38, 3, '-smp', TOPOLOGIES, BAD_TOPOLOGIES);
  may(world.board === 'none' ? 2 : 24, 5, '-cpu', CPUS, BAD_CPUS);
  if (!accelerated || dice.percent(4))
    may(
      20,
      4,
      '-accel',
      ['tcg', 'tcg', 'tcg,thread=single', 'tcg,thread=multi'],
      ['warp', 'tcg,nosuch=1', 'hvf', ''],
    );
  may(
    25,
    2,
    '-name',
    ['web', 'vm1', 'guest=vm1', 'guest=vm1,debug-threads=on', 'vm1,process=vm1p', 'a b'],
    ['vm1,nosuch=1'],
  );
  may(
    15,
    6,
    '-uuid',
    [
      '6b8cd2b2-7a3f-4b59-9d1c-3a0c2f6e9b11',
      '00000000-0000-0000-0000-000000000001',
      '6B8CD2B2-7A3F-4B59-9D1C-3A0C2F6E9B11',
    ],
    ['nosuch', '6b8cd2b2'],
  );
  return units;
}

/** Display options: one of these is always there, or QEMU opens a window or a VNC port. */
export function display(dice: Dice, world: World): Unit[] {
  const screen = dice.percent(world.board === 'none' ? 5 : 20)
    ? one(
        '-vga',
        dice.pick(['std', 'std', 'none', 'cirrus', 'virtio', 'vmware', dice.percent(8) ? 'nosuch' : 'std']),
      )
    : [];
  const output = dice.weighted<Unit[]>([
    [72, one('-display', 'none')],
    [4, [['-nographic']]],
    [7, one('-vnc', 'unix:vnc.sock')],
    [3, one('-vnc', 'unix:vnc.sock,password=on')],
    [2, [['-vnc', 'none']]],
    [
      4,
      [
        ['-display', 'none'],
        ['-vnc', 'unix:vnc.sock'],
      ],
    ],
    [1, one('-display', 'vnc=unix:vnc.sock')],
    [1, one('-display', 'nosuch')],
    [1, one('-vnc', 'unix:nodir/vnc.sock')],
    [1, one('-vnc', 'unix:vnc.sock,nosuch=1')],
    [
      1,
      [
        ['-display', 'none'],
        ['-vnc', 'unix:a.sock'],
        ['-vnc', 'unix:b.sock,password=on,id=second'],
      ],
    ],
    [
      1,
      [
        ['-object', 'secret,id=vncsec,data=sesame'],
        ['-vnc', 'unix:vnc.sock,password-secret=vncsec'],
      ],
    ],
  ]);
  return [...screen, ...output];
}

/** Ordinary options that stand alone, by weight. */
const PLAIN: readonly (readonly [number, readonly Unit[]])[] = [
  [
    14,
    one(
      '-rtc',
      'base=utc',
      'base=localtime',
      'base=utc,driftfix=slew',
      'base=2020-01-01T00:00:00',
      'clock=vm',
      'base=utc,clock=rt',
    ),
  ],
  [
    14,
    one(
      '-boot',
      'strict=on',
      'order=c',
      'menu=on',
      'd',
      'once=d',
      'menu=on,strict=on,reboot-timeout=1000',
      'order=nc,menu=off',
      'splash-time=10',
    ),
  ],
  [12, [['-no-reboot']]],
  [14, [['-no-shutdown']]],
  [4, one('-action', 'panic=none', 'reboot=shutdown,shutdown=pause', 'panic=pause', 'watchdog=poweroff')],
  [4, one('-overcommit', 'mem-lock=off', 'cpu-pm=off')],
  [3, one('-sandbox', 'off', 'on,obsolete=deny')],
  [4, one('-msg', 'timestamp=off', 'guest-name=off')],
  [
    5,
    one(
      '-global',
      'virtio-blk-pci.queue-size=64',
      'PIIX4_PM.disable_s3=1',
      'ICH9-LPC.disable_s3=1',
      'kvm-pit.lost_tick_policy=discard',
      'driver=virtio-net-pci,property=mq,value=off',
      'nosuch.x=1',
    ),
  ],
  [2, one('-k', 'en-us', 'de')],
  [4, [['-usb']]],
  [
    3,
    one(
      '-smbios',
      'type=1,uuid=6b8cd2b2-7a3f-4b59-9d1c-3a0c2f6e9b11',
      'type=1,manufacturer=ACME,product=Box',
      'type=0,vendor=x',
    ),
  ],
  [3, one('-fw_cfg', 'name=opt/org.x/a,string=hello', 'opt/org.x/b,string=1')],
  [4, one('-parallel', 'none', 'null')],
  [6, one('-monitor', 'none', 'null', 'unix:mon.sock,server=on,wait=off')],
  [3, one('-pidfile', '@DIR@/pid')],
  [2, [['-D', 'qemu.log']]],
  [2, [['-d', 'guest_errors']]],
  [2, [['-only-migratable']]],
  [3, [['-snapshot']]],
  [3, [['-audiodev', 'none,id=snd0']]],
  [2, [['-no-fd-bootchk']]],
  [1, one('-icount', 'shift=0', 'shift=auto')],
  [1, [['-readconfig', 'vm.cfg']]],
  [1, one('-gdb', 'none', 'unix:gdb.sock,server=on,wait=off')],
  [1, one('-compat', 'deprecated-input=accept')],
  [2, one('-qmp', 'unix:q2.sock,server=on,wait=off')],
  [
    2,
    [
      ['-chardev', 'socket,id=mon1,path=m1.sock,server=on,wait=off'],
      ['-mon', 'chardev=mon1,mode=control,pretty=on'],
    ],
  ],
  [1, [['-daemonize', '-pidfile', '@DIR@/pid']]],
  [1, [['-preconfig']]],
  [2, one('-nic', 'none', 'user', 'user,model=e1000,id=nic9', 'hubport,hubid=3,model=virtio-net-pci')],
  [2, one('-net', 'none')],
  [1, [['-net', 'nic', '-net', 'user']]],
  [4, one('-incoming', 'defer', 'defer', 'unix:in.sock', 'unix:@DIR@/in.sock')],
  [1, [['-watchdog-action', 'pause']]],
  [1, [['-mem-path', '@DIR@/folder']]],
  [1, [['-no-user-config']]],
  [1, [['-fsdev', 'local,id=fs0,path=@DIR@/folder,security_model=none']]],
  [1, [['-virtfs', 'local,path=@DIR@/folder,mount_tag=share,security_model=none']]],
];
const BAD_PLAIN: readonly Unit[] = [
  ...one('-rtc', 'base=nosuch', 'nosuch=1', 'clock=nosuch'),
  ...one('-boot', 'order=x', 'nosuch=on', 'menu=maybe', 'reboot-timeout=-5'),
  ...one('-action', 'panic=nosuch', 'nosuch=none'),
  ...one('-k', 'nosuch'),
  ...one('-bios', 'nosuch.bin'),
  ...one('-kernel', 'nosuch.bin'),
  ...one('-pidfile', 'nodir/pid'),
  ...one('-D', 'nodir/log'),
  ...one('-readconfig', 'nosuch.cfg', 'notes.txt'),
  ...one('-monitor', 'nosuch', 'unix:nodir/m.sock,server=on,wait=off'),
  ...one('-parallel', 'nosuch'),
  ...one('-smbios', 'type=nosuch', 'type=1,nosuch=1'),
  ...one('-fw_cfg', 'nosuch', 'name=opt/a,file=nosuch.txt'),
  ...one('-audiodev', 'nosuch,id=a', 'none'),
  ...one('-incoming', 'nosuch', 'tcp:', 'fd:99'),
  ...one('-nic', 'nosuch', 'user,model=nosuch'),
  ...one('-net', 'nosuch'),
  ...one('-sandbox', 'nosuch'),
  ...one('-overcommit', 'nosuch=on'),
  ...one('-mem-path', 'nodir'),
  ...one('-loadvm', 'nosuch'),
  ...one('-watchdog-action', 'nosuch'),
  ...one('-icount', 'nosuch'),
  ...one('-numa', 'nosuch', 'node,nodeid=0,cpus=0-9', 'node,memdev=nosuch'),
  ...one('-d', 'nosuch'),
  ...one('-set', 'device.nosuch.addr=5', 'nosuch'),
  ...one('-global', 'nosuch'),
  ...one('-compat', 'nosuch=accept'),
  ...one('-usbdevice', 'nosuch'),
  ['-set', 'device.dev1.addr=5'],
  ['-add-fd', 'fd=0,set=1'],
  ['-trace', 'enable=nosuch_event'],
  ['-append', 'quiet'],
  ['-seed', '7'],
  ['-semihosting'],
  ['-win2k-hack'],
  ['-no-hpet'],
  ['-no-acpi'],
  ['-mem-prealloc'],
  ['-enable-fips'],
  ['-usbdevice', 'tablet'],
  ['-usbdevice', 'mouse'],
  ['-tpmdev', 'emulator,id=tpm0,chardev=nosuch'],
  ['-kernel', 'halt.bin'],
  ['-loadvm', 'snap1'],
  ['-writeconfig', '-'],
  ['-balloon', 'none'],
  ['-soundhw', 'ac97'],
  ['-nosuch'],
  ['-nosuch', 'x'],
  ['nosuch.img'],
  ['-m'],
  ['-initrd', 'nosuch.img'],
];

/** Options that list something and end. */
const HELP: readonly Unit[] = [
  ['-version'],
  ['--version'],
  ['-device', 'virtio-net-pci,help'],
  ['-device', 'e1000,help'],
  ['-device', 'usb-tablet,help'],
  ['-device', 'nosuch,help'],
  ['-device', 'help'],
  ['-machine', 'help'],
  ['-cpu', 'help'],
  ['-accel', 'help'],
  ['-netdev', 'help'],
  ['-chardev', 'help'],
  ['-object', 'help'],
  ['-object', 'iothread,help'],
  ['-object', 'memory-backend-ram,help'],
  ['-machine', 'q35,help'],
  ['-display', 'help'],
  ['-audiodev', 'help'],
  ['-drive', 'format=help'],
  ['-tpmdev', 'help'],
  ['-vga', 'help'],
  ['-d', 'help'],
  ['-watchdog-action', 'help'],
  ['-nic', 'model=help'],
  ['-k', 'help'],
];

/** Options that stand alone. */
export function plain(dice: Dice): Unit[] {
  const units: Unit[] = [];
  const seen = new Set<string>();
  for (
    let count = dice.weighted([
      [3, 0],
      [4, 1],
      [4, 2],
      [2, 3],
      [1, 5],
    ]);
    count > 0;
    count -= 1
  ) {
    const group = dice.weighted(PLAIN);
    const name = String(group[0]?.[0]);
    if (seen.has(name)) continue;
    seen.add(name);
    // Values of one option are alternatives; what has several options belongs together.
    const alternatives = new Set(group.map(([option]) => option)).size === 1;
    units.push(...(alternatives ? [dice.pick(group)] : group));
  }
  return units;
}

/** An option that QEMU refuses, mostly. */
export function badOption(dice: Dice): Unit {
  return dice.pick(BAD_PLAIN);
}

/** An option that QEMU answers with a list. */
export function helpOption(dice: Dice): Unit {
  return dice.pick(HELP);
}
