import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { NO_MACHINE } from '../qemu/monitor.ts';
import { IDLE_PC, PLACEHOLDER, refusalIn, type ProbeContext, type Probes } from './probe.ts';

type CommandLineRule =
  | 'featureSubleaf'
  | 'kvmFailureNamed'
  | 'logItems'
  | 'monDeprecated'
  | 'configFileAtOnce'
  | 'narrowAddressesChecked'
  | 'reconnectSeconds'
  | 'reconnectMilliseconds'
  | 'clientPathShown'
  | 'chardevInUse'
  | 'muxAlwaysBusy'
  | 'muxFull'
  | 'muxHotswap'
  | 'chardevAliases'
  | 'soundNeedsBackend'
  | 'hyperVIndexNeedsKvm'
  | 'threadsWarning'
  | 'unknownMachine'
  | 'zeroTopology';

/** A name of nothing, which stands for itself in what is refused. */
const NAME = 'zz-none';
/** Ends QEMU once all before it has been opened. */
const END = ['-device', NAME];
const CONTROL = ['-mon', `chardev=${NAME},mode=control`];
const READLINE = ['-mon', `chardev=${NAME},mode=readline`];

/** Rules of the command line and of chardevs. */
export const COMMAND_LINE_PROBES: Probes<CommandLineRule> = {
  async logItems({ qemu }) {
    const listed = (await qemu.output(['-d', 'help'])).split('\n');
    // Each stands in front of what it means, in a column of its own.
    return listed.flatMap((line) => /^(?=.{15} )([a-z_]+) +\S/.exec(line)?.[1] ?? []);
  },

  async monDeprecated(context) {
    const output = await lines(context, ['-chardev', `null,id=${NAME}`, ...CONTROL]);
    return output.some((line) => line.includes('deprecated'));
  },

  async kvmFailureNamed({ qemu }) {
    // A device that isn't there stands for a host without KVM. The option is as new as the words.
    const accelerator = ['-accel', 'kvm,device=/zz-none/zz-none'];
    const output = await qemu.output([...NO_MACHINE, '-display', 'none', ...accelerator, ...END]);
    if (output.includes("Property 'kvm-accel.device' not found")) return false;
    const line = output.split('\n').find((text) => text.includes('Could not access KVM'));
    if (line === undefined) throw new Error(`KVM is not missed: ${output}`);
    return !line.startsWith('Could');
  },

  async featureSubleaf({ qemu }) {
    const output = await qemu.output([...IDLE_PC, '-display', 'none', '-cpu', 'Haswell', ...END]);
    return output.includes('CPUID[eax=');
  },

  async narrowAddressesChecked({ qemu }) {
    const memory = ['-cpu', 'base', '-m', '128M,slots=2,maxmem=8G'];
    return (await qemu.output([...IDLE_PC, '-display', 'none', ...memory, ...END])).includes(
      'phys-bits too low',
    );
  },

  async soundNeedsBackend({ qemu }) {
    const output = await qemu.output([...IDLE_PC, '-display', 'none', '-device', 'ES1370', ...END]);
    return output.includes('no default audio driver');
  },

  async hyperVIndexNeedsKvm({ qemu }) {
    const output = await qemu.output([...IDLE_PC, '-display', 'none', '-cpu', 'max,hv-vpindex=on', ...END]);
    return output.includes('HyperV VP_INDEX');
  },

  async threadsWarning({ qemu }) {
    const cpus = ['-cpu', 'qemu64', '-smp', '2,threads=2'];
    const output = await qemu.output([...IDLE_PC, '-display', 'none', ...cpus, ...END]);
    const [, after = ''] = output.split('hyperthreading(2)', 2);
    const to = after.indexOf('Please');
    if (to < 0) throw new Error(`threads are not warned of: ${output}`);
    return after.slice(0, to);
  },

  async zeroTopology({ qemu }) {
    const output = await qemu.output([...IDLE_PC, '-display', 'none', '-smp', '1,threads=0', ...END]);
    return output.includes('Deprecated CPU topology');
  },

  async configFileAtOnce({ qemu, scratch }) {
    const file = scratch.file('config');
    writeFileSync(file, `[chardev "${NAME}"]\n${NAME} = "x"\n`);
    return (await qemu.output([...NO_MACHINE, '-readconfig', file])).includes(`: -readconfig ${file}: `);
  },

  async muxAlwaysBusy({ qemu }) {
    await using monitor = await qemu.start([...NO_MACHINE, '-chardev', `null,id=${NAME},mux=on`]);
    return (await monitor.refusal({ execute: 'chardev-remove', arguments: { id: NAME } })) !== undefined;
  },

  async muxHotswap({ qemu }) {
    await using monitor = await qemu.start([...NO_MACHINE, '-chardev', `null,id=${NAME},mux=on`]);
    const change = { id: NAME, backend: { type: 'null', data: {} } };
    return refusalIn(await monitor.ask({ execute: 'chardev-change', arguments: change }));
  },

  reconnectSeconds: (context) => takesSocketOption(context, 'reconnect=1'),
  reconnectMilliseconds: (context) => takesSocketOption(context, 'reconnect-ms=1'),

  async clientPathShown({ qemu, scratch }) {
    const path = scratch.file('client');
    const server = createServer((socket) => socket.on('error', () => {}).resume());
    server.listen(path);
    await once(server, 'listening');
    try {
      await using monitor = await qemu.start(NO_MACHINE);
      const addr = { type: 'unix', data: { path } };
      const backend = { type: 'socket', data: { addr, server: false } };
      await monitor.value({ execute: 'chardev-add', arguments: { id: 'client', backend } });
      return (await monitor.ask({ execute: 'query-chardev' })).text.includes(path);
    } finally {
      server.close();
    }
  },

  chardevInUse: (context) => complaint(context, ['-chardev', `null,id=${NAME}`, ...CONTROL, ...CONTROL]),

  muxFull: (context) =>
    complaint(context, [
      '-chardev',
      `null,id=${NAME},mux=on`,
      ...Array.from({ length: 6 }, () => READLINE).flat(),
    ]),

  async chardevAliases(context) {
    const output = await lines(context, ['-chardev', `tty,id=${NAME},path=/${NAME}`]);
    return !output.some((line) => line.includes('not a valid char driver name'));
  },

  async unknownMachine({ qemu }) {
    const [first = ''] = (await qemu.output(['-machine', NAME])).split('\n');
    // Some versions name the option, too.
    return first.replace(/^[^:]*: (-machine zz-none: )?/, '').replaceAll(NAME, PLACEHOLDER);
  },
};

/** QEMU's output for a command line that it refuses in the end. */
async function lines({ qemu }: ProbeContext, args: readonly string[]): Promise<string[]> {
  return (await qemu.output([...NO_MACHINE, '-display', 'none', ...args, ...END])).split('\n');
}

/** QEMU's complaint about the last option that it looked at. */
async function complaint(context: ProbeContext, args: readonly string[]): Promise<string> {
  const found = (await lines(context, args)).find(
    (line) => line.includes(NAME) && !line.includes(': warning: '),
  );
  const text = /^[^:]*: -mon [^:]*: (.*)$/.exec(found ?? '')?.[1];
  if (text === undefined) throw new Error(`it is not refused: ${found}`);
  return text.replaceAll(NAME, PLACEHOLDER);
}

async function takesSocketOption(context: ProbeContext, option: string): Promise<boolean> {
  const chardev = `socket,id=${NAME},path=/${NAME}/${NAME},${option}`;
  const output = await lines(context, ['-chardev', chardev]);
  return !output.some((line) => line.includes('Invalid parameter'));
}
