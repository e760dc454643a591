/**
 * What the built-in machine of the mock has to know of a version and what no query tells: the options of the
 * command line, which commands run before the machine is made, the commands of the human monitor, and the
 * properties of the objects that are there from the start.
 */
import { spawnSync } from 'node:child_process';
import { Qemu } from './qemu.mjs';

const BOGUS = '-qmp-capture-no-such-option';
/** A guest that does not run, and whose clock does not either: a second capture gives the same. */
const STILL = ['-nodefaults', '-S', '-rtc', 'base=2000-01-01T00:00:00,clock=vm'];
const NOT_YET = 'is permitted only after machine initialization has completed';

/** Options that QEMU takes but that its `-help` leaves out, or left out in some version. */
const UNLISTED = [
  'enable-kvm',
  'no-hpet',
  'no-acpi',
  'qtest',
  'qtest-log',
  'readconfig',
  'writeconfig',
  'watchdog',
  'soundhw',
  'chroot',
  'runas',
  'tb-size',
  'singlestep',
  'semihosting',
  'semihosting-config',
  'no-kvm',
  'kernel',
  'append',
  'global',
  'set',
  'msg',
  'nographic',
  'curses',
  'sdl',
  'alt-grab',
  'ctrl-grab',
  'portrait',
  'rotate',
  'hda',
  'hdb',
  'hdc',
  'hdd',
  'fda',
  'fdb',
  'cdrom',
  'sd',
  'mtdblock',
  'snapshot',
  'usb',
  'usbdevice',
  'xen-create',
  'accel-help',
  'async-teardown',
  'smb',
  'redir',
  'tftp',
  'bootp',
  'localtime',
  'startdate',
  'rtc-td-hack',
  'virtioconsole',
  'show-cursor',
  'prom-env',
  'old-param',
  'g',
  'h',
  'M',
  'balloon',
  'virtfs_synth',
  'no-quit',
  'no-frame',
  'enable-fips',
  'no-user-config',
  'nouserconfig',
  'nodefconfig',
  'realtime',
  'trace',
  'plugin',
  'bt',
  'drive',
  'blockdev',
  'netdev',
  'net',
  'nic',
  'chardev',
  'mon',
  'monitor',
  'qmp',
  'qmp-pretty',
  'debugcon',
  'object',
];

/** Contents of `machine.json`. */
export async function captureMachine(binary) {
  const version = run(binary, ['-version']);
  return {
    banner: version.split('\n').filter((line) => line !== ''),
    options: captureOptions(binary),
    chardevParameters: await captureParameters(binary, 'chardev'),
    machines: captureMachineTypes(binary),
    preconfig: await capturePreconfig(binary),
    hmp: await captureHmp(binary),
    qom: {
      none: await captureQom(binary, ['-machine', 'none'], 8),
      pc: await captureQom(binary, ['-machine', 'pc,accel=tcg', '-m', '128'], 2),
    },
  };
}

function run(binary, args) {
  const { stdout, stderr } = spawnSync(binary, args, { encoding: 'utf8', timeout: 30_000 });
  return stdout + stderr;
}

/** Names of all options: those that take an argument, those that do not, and those of either that are for other targets alone. */
function captureOptions(binary) {
  const listed = [...run(binary, ['-help']).matchAll(/^--?([\w-]+)/gm)].map((match) => match[1]);
  const names = [...new Set([...listed, ...UNLISTED, 'S', 'version', 'help'])].toSorted();
  const options = { argument: [], flag: [], unsupported: [] };
  for (const name of names) {
    if (name === 'help' || name === 'h' || name === 'version') {
      options.flag.push(name);
      continue;
    }
    // QEMU looks at all options before it acts on any: an unknown one ends it, and tells which it got to.
    const output = run(binary, [`-${name}`, BOGUS, '-qmp-capture-second']);
    if (output.includes(`: -${name}: invalid option`)) continue;
    const takesArgument = !output.includes(`: ${BOGUS}: invalid option`);
    (takesArgument ? options.argument : options.flag).push(name);
    const alone = run(binary, [
      '-machine',
      'none',
      `-${name}`,
      ...(takesArgument ? [BOGUS] : []),
      '-uuid',
      '',
    ]);
    if (alone.includes(': Option not supported for this target')) options.unsupported.push(name);
  }
  return options;
}

/** Names and types of the parameters of an option. */
async function captureParameters(binary, option) {
  const qemu = await Qemu.start(binary, ['-machine', 'none', '-nodefaults', '-S']);
  try {
    const { message } = await qemu.ask({ execute: 'query-command-line-options', arguments: { option } });
    const found = message.return[0].parameters.map(({ name, type }) => [name, type]);
    // The two names that the list leaves out, because every option or every chardev has them.
    return Object.fromEntries([...found, ['backend', 'string'], ['path', 'string']].toSorted());
  } finally {
    await qemu.stop();
  }
}

/** Names of machine types, with aliases. */
function captureMachineTypes(binary) {
  return run(binary, ['-machine', 'help'])
    .split('\n')
    .map((line) => /^(\S+) {2,}\S/.exec(line)?.[1])
    .filter((name) => name !== undefined);
}

/** Names of the commands that run before the machine is made. */
async function capturePreconfig(binary) {
  const qemu = await Qemu.start(binary, ['-machine', 'none', '-nodefaults', '-preconfig']);
  try {
    const names = (await qemu.ask('{"execute":"query-commands"}')).message.return.map(({ name }) => name);
    const allowed = [];
    for (const name of names) {
      // Refused for its argument where it may run at all, so that nothing does.
      const { error } = (await qemu.ask({ execute: name, arguments: { 'zz-unexpected': 1 } })).message;
      if (error?.desc.includes(NOT_YET) !== true) allowed.push(name);
    }
    return allowed.toSorted();
  } finally {
    await qemu.stop();
  }
}

/** Names and signatures of the human monitor's commands, in the order of its own lists. */
async function captureHmp(binary) {
  const qemu = await Qemu.start(binary, ['-machine', 'none', '-nodefaults', '-S']);
  try {
    const list = async (command) => {
      const reply = await qemu.ask({
        execute: 'human-monitor-command',
        arguments: { 'command-line': command },
      });
      const entries = [];
      let entry = '';
      for (const line of reply.message.return.split('\r\n')) {
        if (entry === '' && !/^[a-z?]/.test(line)) continue; // the rest of a description
        entry += line;
        if (!entry.includes(' -- ')) continue; // a signature over several lines
        const [name, ...signature] = entry
          .slice(0, entry.indexOf(' -- '))
          .replace(command === 'info' ? /^info (?=\S)/ : '', '')
          .trim()
          .split(' ');
        entries.push([name, signature.join(' ')]);
        entry = '';
      }
      return entries;
    };
    return { commands: Object.fromEntries(await list('help')), info: Object.fromEntries(await list('info')) };
  } finally {
    await qemu.stop();
  }
}

/** Objects down to a depth: for each path its type and its properties: type, value, whether it can be set. */
async function captureQom(binary, args, depth) {
  const qemu = await Qemu.start(binary, [...args, ...STILL]);
  const objects = {};
  const visit = async (path, level) => {
    const { message } = await qemu.ask({ execute: 'qom-list', arguments: { path } });
    const properties = {};
    for (const { name, type } of message.return) {
      if (path === '/chardevs' && name !== 'type') continue;
      if (path === '/objects' && name !== 'type') continue;
      properties[name] = await captureProperty(qemu, path, name, type);
      if (type.startsWith('child<') && level < depth) {
        await visit(`${path === '/' ? '' : path}/${name}`, level + 1);
      }
    }
    objects[path] = properties;
  };
  try {
    await visit('/', 0);
    return objects;
  } finally {
    await qemu.stop();
  }
}

async function captureProperty(qemu, path, property, type) {
  if (type.startsWith('child<')) return { type };
  const { message } = await qemu.ask({ execute: 'qom-get', arguments: { path, property } });
  const found = message.error === undefined ? { value: message.return } : { error: message.error.desc };
  const value = 'return' in message ? message.return : '';
  const set = await qemu.ask({ execute: 'qom-set', arguments: { path, property, value } });
  return {
    type,
    ...found,
    ...(set.message.error === undefined ? { writable: true } : { refusal: set.message.error.desc }),
  };
}
