import { describe, expect, it } from 'vitest';
import { NODE_FILES } from '../node/files.ts';
import { loadProfile } from '../../version/load-profile.ts';
import { startOutcome } from '../../../test/support/start-outcome.ts';
import { readArguments } from './read-arguments.ts';
import type { StartPlan } from './start-plan.ts';
import { NEWEST, OLDEST, rulesOf, VERSIONS, versionsWhere } from '../../../test/support/versions.ts';

const PROGRAM = 'qemu-system-x86_64';

/**
 * The version that the texts are of: one that has both spellings of `reconnect`. Without any, those that are
 * left are tested.
 */
const [TOLD] = versionsWhere((rules) => rules.reconnectSeconds && rules.reconnectMilliseconds);
const USUAL = TOLD ?? NEWEST;

/** Reads a command line that is right. */
function read(words: readonly string[], version = USUAL): StartPlan {
  const found = readArguments(words, {
    profile: loadProfile(version),
    program: PROGRAM,
    file: NODE_FILES,
  });
  if (found.plan === undefined) throw found.refusal ?? new Error('It only prints something');
  return found.plan;
}

/** QEMU's refusal of a command line if everything that it names exists. */
async function refusal(words: readonly string[], version = USUAL): Promise<string> {
  const { exitCode, stderr } = await startOutcome(words, { version, program: PROGRAM });
  return exitCode === undefined ? 'accepted' : stderr.replaceAll(`${PROGRAM}: `, '').trimEnd();
}

/** Words of every QEMU since 10.0 about each of these, seen on real ones. */
const REFUSALS: readonly (readonly [line: string, text: string])[] = [
  ['-foo', '-foo: invalid option'],
  ['--help2', '--help2: invalid option'],
  ['---version', '---version: invalid option'],
  ['- x', '-: invalid option'],
  ['-m', '-m: requires an argument'],
  ['-S -qmp', '-qmp: requires an argument'],
  ['-chardev socket', '-chardev socket: chardev: no id specified'],
  ['-chardev id=a', '-chardev id=a: chardev: "a" missing backend'],
  ['-chardev nosuch,id=a', "-chardev nosuch,id=a: 'nosuch' is not a valid char driver name"],
  ['-chardev socket,id=a,bogus=1', "-chardev socket,id=a,bogus=1: Invalid parameter 'bogus'"],
  [
    '-chardev socket,id=a,path=x,server=maybe',
    "-chardev socket,id=a,path=x,server=maybe: Parameter 'server' expects 'on' or 'off'",
  ],
  ['-chardev socket,id=a,host=y', '-chardev socket,id=a,host=y: chardev: socket: no port given'],
  ['-chardev socket,id=a,fd=xx', '-chardev socket,id=a,fd=xx: Unable to parse FD number xx'],
  [
    '-chardev socket,id=a,path=x,host=y,port=1',
    "-chardev socket,id=a,path=x,host=y,port=1: None or one of 'path', 'fd' or 'host' option required.",
  ],
  [
    '-chardev socket,id=a,path=x,wait=off',
    "-chardev socket,id=a,path=x,wait=off: 'wait' option is incompatible with socket in client connect mode",
  ],
  [
    '-chardev socket,id=a,path=x,server=on,wait=off,reconnect=1',
    "-chardev socket,id=a,path=x,server=on,wait=off,reconnect=1: 'reconnect' option is incompatible with socket in server listen mode",
  ],
  [
    '-chardev socket,id=a,path=x,reconnect-ms=5,reconnect=3',
    "-chardev socket,id=a,path=x,reconnect-ms=5,reconnect=3: 'reconnect' and 'reconnect-ms' are mutually exclusive",
  ],
  ['-chardev null,id=a -chardev null,id=a', "-chardev null,id=a: Duplicate ID 'a' for chardev"],
  ['-mon chardev=a,mode=bogus', "-mon chardev=a,mode=bogus: Parameter 'mode' does not accept value 'bogus'"],
  ['-mon chardev=a,bogus=1', "-mon chardev=a,bogus=1: Invalid parameter 'bogus'"],
  ['-qmp tcp:1', '-qmp tcp:1: parse error: tcp:1'],
  ['-qmp telnet:', '-qmp telnet:: parse error: telnet:'],
  ['-qmp udp:1', '-qmp udp:1: parse error: udp:1'],
  ['-qmp vc:80', '-qmp vc:80: parse error: vc:80'],
  [
    '-qmp mon:bogus',
    "-qmp mon:bogus: 'bogus' is not a valid char driver\n-qmp mon:bogus: parse error: mon:bogus",
  ],
  ['-qmp chardev:x', '-qmp chardev:x: chardev "x" not found'],
  ['-qmp mon:null', 'accepted'],
  [
    '-chardev null,id=compat_monitor0 -qmp null',
    "-qmp null: Duplicate ID 'compat_monitor0' for chardev\n-qmp null: parse error: null",
  ],
  ['-chardev null,id=a -mon a,id=x -mon a,id=x', "-mon a,id=x: Duplicate ID 'x' for mon"],
  ['-chardev null,id=a -mon a -mon a', "-mon a: chardev 'a' is already in use"],
  ['-chardev null,id=a,mux=on -mon a -mon a -mon a -mon a', 'accepted'],
  [
    '-chardev null,id=a,mux=on -mon a -mon a -mon a -mon a -mon a',
    "-mon a: too many uses of multiplexed chardev 'a' (maximum is 4)",
  ],
  // Monitors come after all chardevs.
  ['-mon x,mode=bogus -chardev bogus,id=a', "-chardev bogus,id=a: 'bogus' is not a valid char driver name"],
  ['-mon chardev=', '-mon chardev=: chardev "" not found'],
  ['-g 1x1', '-g 1x1: Option not supported for this target'],
  ['-uuid zz -semihosting', '-uuid zz: failed to parse UUID string: wrong format'],
  ['-semihosting -uuid zz', '-semihosting: Option not supported for this target'],
  ['-xen-attach', '-xen-attach: Option not supported for this target'],
  [
    '-serial nosuch:',
    "-serial nosuch:: 'nosuch:' is not a valid char driver\n-serial nosuch:: could not connect serial device to character backend 'nosuch:'",
  ],
  [
    '-serial chardev:x',
    "-serial chardev:x: could not connect serial device to character backend 'chardev:x'",
  ],
  ['-debugcon tcp:1', "-debugcon tcp:1: invalid character backend 'tcp:1'"],
  [
    '-serial stdio -monitor stdio',
    "-serial stdio: cannot use stdio by multiple character devices\n-serial stdio: could not connect serial device to character backend 'stdio'",
  ],
  ['-chardev null,,id=a', "-chardev null,,id=a: 'null,id=a' is not a valid char driver name"],
  ['-chardev pipe,id=a', '-chardev pipe,id=a: chardev: pipe: no device path given'],
  ['-chardev udp,id=a', '-chardev udp,id=a: chardev: udp: remote port not specified'],
  ['-chardev serial,id=a', '-chardev serial,id=a: chardev: serial/tty: no device path given'],
  [
    '-chardev ringbuf,id=a,size=3',
    '-chardev ringbuf,id=a,size=3: size of ringbuf chardev must be power of two',
  ],
  [
    '-chardev ringbuf,id=a,size=2G',
    '-chardev ringbuf,id=a,size=2G: size of ringbuf chardev must be power of two',
  ],
  // Its low 32 bits are zero.
  ['-chardev ringbuf,id=a,size=4611686018427387904', 'accepted'],
  [
    '-chardev ringbuf,id=a,size=18446744073709551616',
    "-chardev ringbuf,id=a,size=18446744073709551616: Value '18446744073709551616' is out of range for parameter 'size'",
  ],
  ['-m 16E', "-m 16E: Value '16E' is out of range for parameter 'size'"],
  ['-m 1G,maxmem=16E', "-m 1G,maxmem=16E: Value '16E' is out of range for parameter 'maxmem'"],
  ['-m 17592186044416', "Parameter 'memory.size' expects size"],
  ['-machine none -m 17592186044415', "cannot set up guest memory 'ram': Cannot allocate memory"],
  ['-machine q35 -m 953674316406', "cannot set up guest memory 'pc.ram': Cannot allocate memory"],
  ['-m 1G,slots=2', 'slots specified but no max-size'],
  ['-m 1G,slots=2,maxmem=8E', 'qmp-mock does not model maxmem=8E; script an answer to it'],
  ['-object memory-backend-ram,id=r,size=128T', "cannot set up guest memory 'r': Cannot allocate memory"],
  ['-chardev mux,id=a,chardev=b', '-chardev mux,id=a,chardev=b: mux: base chardev b not found'],
  ['-chardev hub,id=a', "-chardev hub,id=a: hub: 'chardevs' list is not defined"],
  ['-chardev null,id=b -chardev hub,id=a,chardevs.0=b', 'accepted'],
  ['-chardev hub,id=a,chardevs.0=b', "-chardev hub,id=a,chardevs.0=b: hub: chardev can't be found by id 'b'"],
  ['-qmp websocket:h:1', '-qmp websocket:h:1: Websocket client is not implemented'],
  [
    '-chardev socket,id=a,path=x,delay=on,nodelay=on',
    "-chardev socket,id=a,path=x,delay=on,nodelay=on: 'delay' and 'nodelay' are mutually exclusive",
  ],
  [
    '-chardev socket,id=a,host=h,port=1,ipv4=off,ipv6=off',
    '-chardev socket,id=a,host=h,port=1,ipv4=off,ipv6=off: Cannot disable IPv4 and IPv6 at same time',
  ],
  [
    '-chardev socket,id=a,path=x,tls-authz=t',
    "-chardev socket,id=a,path=x,tls-authz=t: 'tls_authz' option requires 'tls_creds' option",
  ],
  ['-name a,id=x', "-name a,id=x: Invalid parameter 'id'"],
  ['-rtc bogus=1', "-rtc bogus=1: Invalid parameter 'bogus'"],
  ['-msg timestamp=maybe', "-msg timestamp=maybe: Parameter 'timestamp' expects 'on' or 'off'"],
  ['-sandbox bogus', "-sandbox bogus: Parameter 'enable' expects 'on' or 'off'"],
  ['-add-fd fd=x,set=1', "-add-fd fd=x,set=1: Parameter 'fd' expects a number"],
  ['-run-with bogus=1', "-run-with bogus=1: Invalid parameter 'bogus'"],
  ['-global driver=e1000', "-global driver=e1000: options 'driver', 'property', and 'value' are required"],
  ['-qmp chardev:', "-qmp chardev:: Parameter 'id' expects an identifier"],
  [
    '-daemonize -serial stdio',
    "-serial stdio: cannot use stdio with -daemonize\n-serial stdio: could not connect serial device to character backend 'stdio'",
  ],
  ['-object {', '-object {: JSON parse error, premature EOI'],
  ['-object {bad}', "-object {bad}: JSON parse error, invalid keyword 'bad'"],
  ["-object {'qom-type':'iothread','id':'i'}", 'accepted'],
  [
    '-object {"qom-type":"iothread","id":"i"}{',
    '-object {"qom-type":"iothread","id":"i"}{: Expecting at most one JSON value',
  ],
  [
    '-object {"qom-type":"iothread","id":"i","poll-max-ns":"5"}',
    `-object {"qom-type":"iothread","id":"i","poll-max-ns":"5"}: Invalid parameter type for 'poll-max-ns', expected: integer`,
  ],
  [
    '-object memory-backend-ram,id=m,size=1M,share=maybe',
    "-object memory-backend-ram,id=m,size=1M,share=maybe: Parameter 'share' expects 'on' or 'off'",
  ],
  ['-machine none -global e1000.x=1', 'accepted'],
  ['-global e1000.x=1', "can't apply global e1000.x=1: Property 'e1000.x' not found"],
  ['-global driver=e1000,bogus=1', "-global driver=e1000,bogus=1: Invalid parameter 'bogus'"],
  ['-uuid zz', '-uuid zz: failed to parse UUID string: wrong format'],
  ['-name a,bar=1', "-name a,bar=1: Invalid parameter 'bar'"],
  ['-m size=4,slots=x', "-m size=4,slots=x: Parameter 'slots' expects a number"],
  ['-action foo=bar', "-action foo=bar: Invalid parameter 'foo'"],
  ['-action reboot=bar', "-action reboot=bar: Parameter 'reboot' does not accept value 'bar'"],
  ['-watchdog-action zz', "-watchdog-action zz: Parameter 'watchdog' does not accept value 'zz'"],
  ['-compat foo=bar', "-compat foo=bar: Parameter 'foo' is unexpected"],
  [
    '-compat deprecated-input=zz',
    "-compat deprecated-input=zz: Parameter 'deprecated-input' does not accept value 'zz'",
  ],
  ['-compat unstable-input', "-compat unstable-input: Expected '=' after parameter 'unstable-input'"],
  ['-object iothread', "-object iothread: Parameter 'id' is missing"],
  ['-object bogus,id=x', "-object bogus,id=x: Parameter 'qom-type' does not accept value 'bogus'"],
  ['-object iothread,id=x,bogus=1', "-object iothread,id=x,bogus=1: Invalid parameter 'bogus'"],
  [
    '-object {"qom-type":"iothread","id":"x","a":{"toString":1}}',
    `-object {"qom-type":"iothread","id":"x","a":{"toString":1}}: Parameter 'a' is unexpected`,
  ],
  ['-object iothread,id=i -object iothread,id=i', "-object iothread,id=i: Duplicate ID 'i' for object"],
  [
    '-object {"qom-type":1,"id":"x"}',
    `-object {"qom-type":1,"id":"x"}: Invalid parameter type for 'qom-type', expected: string`,
  ],
  ['-incoming bogus:x', '-incoming bogus:x: unknown migration protocol: bogus:x'],
  ['-incoming bogus', "-incoming bogus: Parameter 'channel-type' does not accept value 'bogus'"],
  [
    '-object monitor-qmp,id=m',
    "-object monitor-qmp,id=m: Parameter 'qom-type' does not accept value 'monitor-qmp'",
  ],
];

describe('a command line', () => {
  it.skipIf(TOLD === undefined).for(REFUSALS)('%s is refused', async ([line, text]) => {
    expect(await refusal(line.split(' '))).toBe(text);
  });

  it('says more of a bad id and a bad size', async () => {
    expect(await refusal(['-chardev', 'null,id=1a'])).toBe(
      "-chardev null,id=1a: Parameter 'id' expects an identifier\nIdentifiers consist of letters, digits, '-', '.', '_', starting with a letter.",
    );
    expect(await refusal(['-m', '5x'])).toMatch(
      /^-m 5x: Parameter 'size' expects a non-negative number below 2\^64\nOptional/,
    );
  });

  it.for(VERSIONS)('knows the old names of two kinds where the version does: %s', async (version) => {
    const argument = 'tty,id=a,path=/dev/ttyS9';
    if (rulesOf(version).chardevAliases) {
      expect(read(['-chardev', argument], version).warnings).toEqual([
        `${PROGRAM}: -chardev ${argument}: warning: The alias 'tty' is deprecated, use 'serial' instead`,
      ]);
    } else {
      expect(await refusal(['-chardev', argument], version)).toBe(
        `-chardev ${argument}: 'tty' is not a valid char driver name`,
      );
    }
  });

  it('lists the kinds of chardevs', async () => {
    const { exitCode, stdout } = await startOutcome(['-chardev', 'help'], { version: NEWEST });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Available chardev backend types: \n( {2}[\w-]+\n)+$/);
  });

  const ofSockets = [
    [
      versionsWhere((rules) => !rules.reconnectMilliseconds),
      'reconnect-ms=5',
      "Invalid parameter 'reconnect-ms'",
    ],
    [versionsWhere((rules) => !rules.reconnectSeconds), 'reconnect=5', "Invalid parameter 'reconnect'"],
    [
      versionsWhere((rules) => !rules.reconnectSeconds),
      'server=on,reconnect-ms=5',
      "'reconnect-ms' option is incompatible with socket in server listen mode",
    ],
  ] as const;

  it.for(
    ofSockets.flatMap(([versions, parameter, text]) =>
      versions.map((version) => [version, parameter, text] as const),
    ),
  )('%s refuses %s', async ([version, parameter, text]) => {
    const argument = `socket,id=a,path=x,${parameter}`;
    expect(await refusal(['-chardev', argument], version)).toBe(`-chardev ${argument}: ${text}`);
  });

  const [WITH_OBJECTS] = versionsWhere((rules) => rules.monitorObjects);

  it.skipIf(WITH_OBJECTS === undefined).for([
    ['chardev=c', undefined],
    ['chardev=c,pretty=maybe', "Parameter 'pretty' expects 'on' or 'off'"],
    ['chardev=c,close-action=zz', "Parameter 'close-action' does not accept value 'zz'"],
    ['pretty=on', "Parameter 'chardev' is missing"],
    ['chardev=c,bogus=1', "Invalid parameter 'bogus'"],
  ] as const)('takes monitors as objects: %s', async ([rest, text]) => {
    const argument = `monitor-qmp,id=m,${rest}`;
    expect(await refusal(['-chardev', 'null,id=c', '-object', argument], WITH_OBJECTS)).toBe(
      text === undefined ? 'accepted' : `-object ${argument}: ${text}`,
    );
  });

  it('tells how the machine is started', () => {
    const words =
      '-S -name guest=a,,b -uuid 5F0F6B1C-27D5-4D2E-9A3C-0A1B2C3D4E5F -machine type=none,graphics=off -m 1G -smp sockets=2,cores=3 -no-reboot -no-shutdown -action panic=none -compat unstable-input=reject -incoming defer -object iothread,id=io0,poll-max-ns=5';
    const { given, drives, ...machine } = read(words.split(' ')).machine;
    expect(given?.length).toBeGreaterThan(0);
    expect(drives).toEqual([]);
    expect(machine).toEqual({
      paused: true,
      name: 'a,b',
      uuid: '5f0f6b1c-27d5-4d2e-9a3c-0a1b2c3d4e5f',
      type: 'none',
      memory: 1024,
      cpus: 6,
      action: { reboot: 'shutdown', shutdown: 'pause', panic: 'none' },
      compat: { unstableInput: 'reject' },
      incoming: 'defer',
      objects: [{ type: 'iothread', id: 'io0', properties: { 'poll-max-ns': 5 } }],
    });
  });

  it('understands the short forms of monitors', () => {
    const { chardevs, monitors } = read([
      '-qmp',
      'unix:/run/q,,1.sock,server,nowait',
      '-qmp-pretty',
      'tcp::4444,server=on,wait=off',
      '-monitor',
      'stdio',
    ]);
    expect(chardevs.map(({ value }) => [value.id, value.spec(() => false)])).toMatchObject([
      ['compat_monitor0', { place: { kind: 'unix', path: '/run/q,1.sock' }, server: true, wait: false }],
      ['compat_monitor1', { place: { kind: 'inet', host: '', port: '4444' }, server: true, wait: false }],
      ['compat_monitor2', { kind: 'stdio' }],
    ]);
    expect(monitors.map(({ value }) => [value.type, value.pretty])).toEqual([
      ['monitor-qmp', false],
      ['monitor-qmp', true],
      ['monitor-hmp', undefined],
    ]);
  });

  it('warns as QEMU does', () => {
    const { warnings } = read(['-chardev', 'socket,id=a,path=x,server,nowait']);
    const place = '-chardev socket,id=a,path=x,server,nowait';
    expect(warnings).toEqual([
      `${PROGRAM}: ${place}: warning: short-form boolean option 'server' deprecated`,
      'Please use server=on instead',
      `${PROGRAM}: ${place}: warning: short-form boolean option 'nowait' deprecated`,
      'Please use wait=off instead',
    ]);
    for (const version of versionsWhere((rules) => rules.monDeprecated)) {
      expect(read(['-mon', 'chardev=a', '-mon', 'chardev=b'], version).warnings).toEqual([
        `${PROGRAM}: -mon chardev=a: warning: '-mon' is deprecated, use '-object' with 'monitor-hmp' or 'monitor-qmp' types instead`,
      ]);
    }
  });

  it('takes what it does not model, and remembers it', () => {
    const words =
      '-cpu host -accel kvm -drive file=/nosuch,if=virtio -device e1000 -netdev user,id=n -vga std -rtc base=utc -enable-kvm disk.img';
    const { given, drives, ...machine } = read(words.split(' ')).machine;
    expect(machine).toEqual({});
    expect(drives).toEqual([]);
    expect(given?.map(({ name }) => name)).toEqual([
      'cpu',
      'accel',
      'drive',
      'device',
      'netdev',
      'vga',
      'rtc',
      'enable-kvm',
      'disk image',
    ]);
    expect(given?.[2]).toEqual({ name: 'drive', argument: 'file=/nosuch,if=virtio' });
  });
});

/**
 * Specs of the chardevs that QMP monitors are on, as far as the command line itself makes them, and whether
 * they are pretty.
 */
function qmpMonitors(line: string): (readonly [spec: unknown, pretty: boolean])[] {
  const { chardevs, monitors } = read(line === '' ? [] : line.split(' '));
  const specs = new Map(chardevs.map(({ value }) => [value.id, value.spec(() => false)]));
  return monitors
    .filter(({ value }) => value.type === 'monitor-qmp')
    .map(({ value }) => [specs.get(value.chardev ?? ''), value.pretty === true]);
}

describe('the QMP monitors of a command line', () => {
  const unix = (path: string, more: object = {}): object => ({
    place: { kind: 'unix', path },
    server: false,
    ...more,
  });
  const inet = (host: string, port: string, more: object = {}): object => ({
    place: { kind: 'inet', host, port },
    server: false,
    ...more,
  });

  it.for([
    ['-qmp unix:/run/a.sock', unix('/run/a.sock')],
    ['--qmp unix:a.sock,server=on,wait=off', unix('a.sock', { server: true })],
    ['-qmp unix:/run/a,,b.sock', unix('/run/a,b.sock')],
    ['-qmp tcp:127.0.0.1:4444', inet('127.0.0.1', '4444')],
    // The short form has no way to write an IPv6 address.
    [
      '-chardev socket,id=q,host=::1,port=4444,server=on -qmp chardev:q',
      inet('::1', '4444', { server: true }),
    ],
    ['-qmp tcp:[::1]:4444', inet('[', ':1]:4444')],
    ['-qmp stdio', { kind: 'stdio' }],
    ['-chardev socket,id=qmp,fd=3 -qmp chardev:qmp', { place: { kind: 'fd', fd: 3 } }],
    ['-mon q,mode=control -chardev socket,id=q,path=/s', unix('/s')],
    ['-chardev stdio,id=q -mon chardev=q,mode=control', { kind: 'stdio' }],
    ['-name -qmp -qmp stdio', { kind: 'stdio' }],
  ] as const)('%s', ([line, spec]) => {
    expect(qmpMonitors(line)).toMatchObject([[spec, false]]);
  });

  it.for(['', '-monitor stdio', '-mon chardev=q,mode=readline -chardev stdio,id=q', '-serial stdio'])(
    '%j asks for none',
    (line) => {
      expect(qmpMonitors(line)).toEqual([]);
    },
  );

  it('may be several, some pretty', () => {
    const line =
      '-qmp-pretty unix:/a -chardev socket,id=q,fd=3 -mon chardev=q,mode=control,pretty=on -qmp unix:/b';
    expect(qmpMonitors(line).map(([, pretty]) => pretty)).toEqual([true, true, false]);
  });
});

it('knows no other target, but its version', async () => {
  const program = 'qemu-system-riscv64';
  const asked = await startOutcome(['--version'], { program, version: OLDEST });
  expect(asked).toMatchObject({ exitCode: 0, stderr: '' });
  expect(asked.stdout.startsWith(`QEMU emulator version ${OLDEST}.`)).toBe(true);
  expect(await startOutcome(['-machine', 'virt'], { program })).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'qemu-system-riscv64: qmp-mock does not model the target riscv64: it knows x86_64 only\n',
  });
});

it('prints a version, and warns beside a start', async () => {
  const asked = await startOutcome(['-S', '--version'], { version: OLDEST });
  expect(asked).toMatchObject({ exitCode: 0, stderr: '' });
  expect(asked.stdout.startsWith(`QEMU emulator version ${OLDEST}.`)).toBe(true);
  expect(asked.stdout).toMatch(/^.*\nCopyright/);
  for (const version of versionsWhere((rules) => rules.monDeprecated)) {
    const warned = await startOutcome('-chardev stdio,id=a -mon a,mode=control'.split(' '), { version });
    expect(warned).toMatchObject({ exitCode: undefined });
    expect(warned.stderr).toMatch(/^qemu-system-x86_64: -mon a,mode=control: warning: '-mon' is deprecated/);
  }
});
