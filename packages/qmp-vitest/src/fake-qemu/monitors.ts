import { resolve } from 'node:path';

/** How the bytes of one monitor reach it. */
export type MonitorChannel =
  | { readonly kind: 'unix'; readonly path: string; readonly server: boolean }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly server: boolean }
  | { readonly kind: 'fd'; readonly fd: number }
  | { readonly kind: 'stdio' };

/** A QMP monitor that a command line asks for. */
export interface RequestedMonitor {
  readonly channel: MonitorChannel;
  /** Whether it prints its JSON over several lines. */
  readonly pretty: boolean;
}

/**
 * Finds the QMP monitors that a QEMU command line asks for: `-qmp`, `-qmp-pretty`, and `-mon` in control mode with
 * its `-chardev` (QEMU's `qemu-options.hx` and `chardev/char.c`). Human monitors and other chardevs are passed over.
 *
 * @param argv Arguments, without the program's name.
 * @param cwd Directory that relative paths are meant from.
 */
export function requestedMonitors(argv: readonly string[], cwd: string): RequestedMonitor[] {
  const chardevs = new Map<string, MonitorChannel>();
  const wanted: { chardev: string | MonitorChannel | undefined; pretty: boolean }[] = [];
  for (let index = 0; index < argv.length; index++) {
    const option = argv[index]?.replace(/^--?/, '');
    const value = argv[index + 1] ?? '';
    if (option === 'chardev') {
      const { id, channel } = parseChardev(value, cwd);
      if (id !== undefined && channel !== undefined) chardevs.set(id, channel);
    } else if (option === 'qmp' || option === 'qmp-pretty') {
      const named = /^chardev:(.*)$/s.exec(value)?.[1];
      wanted.push({ chardev: named ?? parseLegacy(value, cwd), pretty: option === 'qmp-pretty' });
    } else if (option === 'mon') {
      const options = parseOptions(value, 'chardev');
      if (options.get('mode') !== 'control') continue;
      wanted.push({ chardev: options.get('chardev'), pretty: isOn(options.get('pretty')) });
    }
  }
  return wanted.flatMap(({ chardev, pretty }) => {
    const channel = typeof chardev === 'string' ? chardevs.get(chardev) : chardev;
    return channel === undefined ? [] : [{ channel, pretty }];
  });
}

/** `-chardev socket,id=mon,path=…,server=on` and its like. */
function parseChardev(text: string, cwd: string): { id: string | undefined; channel?: MonitorChannel } {
  const options = parseOptions(text, 'backend');
  const id = options.get('id');
  const server = isOn(options.get('server'));
  if (options.get('backend') === 'stdio') return { id, channel: { kind: 'stdio' } };
  if (options.get('backend') !== 'socket') return { id };
  const path = options.get('path');
  if (path !== undefined) return { id, channel: { kind: 'unix', path: resolve(cwd, path), server } };
  const fd = options.get('fd');
  if (fd !== undefined) return { id, channel: { kind: 'fd', fd: Number(fd) } };
  const host = options.get('host') ?? '';
  return { id, channel: { kind: 'tcp', host, port: Number(options.get('port')), server } };
}

/** `unix:PATH,server=on,wait=off`, `tcp:HOST:PORT,server`, `stdio`. */
function parseLegacy(text: string, cwd: string): MonitorChannel | undefined {
  if (text === 'stdio') return { kind: 'stdio' };
  const options = parseOptions(text, 'address');
  const address = options.get('address') ?? '';
  const server = isOn(options.get('server'));
  const path = /^unix:(.*)$/s.exec(address)?.[1];
  if (path !== undefined) return { kind: 'unix', path: resolve(cwd, path), server };
  const [, host, port] = /^(?:tcp|telnet):(.*):(\d+)$/s.exec(address) ?? [];
  if (host === undefined) return undefined;
  return { kind: 'tcp', host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port), server };
}

/**
 * QEMU's `key=value,key=value` with its short forms: a value without a key belongs to `first` where it comes first, and
 * elsewhere stands for `=on` (`no…` for `=off`); a comma in a value is written twice.
 */
function parseOptions(text: string, first: string): Map<string, string> {
  const options = new Map<string, string>();
  const parts = text.replaceAll(',,', '\0').split(',');
  for (const [index, part] of parts.entries()) {
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
    if (index === 0 && (key === undefined || key.includes(':'))) options.set(first, restore(part));
    else if (key !== undefined) options.set(key, restore(value ?? ''));
    else if (part.startsWith('no')) options.set(part.slice(2), 'off');
    else options.set(part, 'on');
  }
  return options;
}

function restore(text: string): string {
  return text.replaceAll('\0', ',');
}

function isOn(value: string | undefined): boolean {
  return value === 'on' || value === 'yes' || value === 'true' || value === 'y';
}
