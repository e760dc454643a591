import { accessSync, constants } from 'node:fs';
import { QemuNotFoundError } from './errors.ts';
import { locateQemu, type LocateOptions } from './locate.ts';
import { probe, versionOf } from './probe.ts';
import { quoteOption } from './quote.ts';
import { formatVersion, satisfies } from './version.ts';

/** Requirements of a test that go beyond having a QEMU. */
export interface QemuRequirements {
  /** Range of versions, for example `'>=8.2'` or `'>=7.2 <10'`. */
  version?: string | undefined;
  /** Accelerators that must all be usable: `'kvm'`, `'tcg'`. */
  accelerator?: string | readonly string[] | undefined;
  /** Devices, as `-device help` names them: `'virtio-blk-pci'`, or an alias: `'virtio-blk'`. */
  device?: string | readonly string[] | undefined;
  /** Machine types, as `-machine help` names them: `'q35'`, `'microvm'`. */
  machine?: string | readonly string[] | undefined;
}

/**
 * Says why a test with these requirements can't run here: what it needs, what there is, and how to get it.
 *
 * @param requirements - A range of versions, or several requirements.
 * @returns The reason, or `undefined` if every requirement is met.
 * @throws QmpStateError if the range of versions is invalid.
 *
 * @example
 * const reason = await missingRequirement({ version: '>=8.2', device: 'virtio-blk-pci' })
 * if (reason !== undefined) skip(reason)
 */
export async function missingRequirement(
  requirements: string | QemuRequirements = {},
  options: LocateOptions = {},
): Promise<string | undefined> {
  const needs = typeof requirements === 'string' ? { version: requirements } : requirements;
  let binary: string;
  try {
    binary = locateQemu(options);
  } catch (error) {
    if (error instanceof QemuNotFoundError) return error.message;
    throw error;
  }
  const version = await versionOf(binary);
  if (version === undefined) {
    return `${binary} does not print a version of QEMU when it is run with --version. It printed: ${await firstLine(binary)}`;
  }
  const is = `${binary} is QEMU ${formatVersion(version)}`;
  if (needs.version !== undefined && !satisfies(version, needs.version)) {
    return `QEMU ${needs.version} is needed; ${is}. Set QMP_QEMU_BINARY to the path of another.`;
  }
  for (const name of list(needs.accelerator)) {
    const reason = await missingAccelerator(binary, name);
    if (reason !== undefined) return `The accelerator ${name} is needed; ${reason}`;
  }
  for (const name of list(needs.machine)) {
    if (!(await namesIn(binary, ['-machine', 'help'], /^(\S+)/gm)).has(name)) {
      return `The machine type ${name} is needed; ${is}, without it. \`${binary} -machine help\` lists what it has.`;
    }
  }
  for (const name of list(needs.device)) {
    const reason = await missingDevice(binary, name);
    if (reason !== undefined) return `The device ${name} is needed; ${is}, and ${reason}`;
  }
  return undefined;
}

async function missingAccelerator(binary: string, name: string): Promise<string | undefined> {
  if (!(await namesIn(binary, ['-accel', 'help'], /^(\S+)$/gm)).has(name)) {
    return `${binary} was built without it.`;
  }
  if (name !== 'kvm') return undefined;
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ENOENT'
      ? 'there is no /dev/kvm: the CPU does not virtualise, or this is a guest without nested virtualisation.'
      : `/dev/kvm cannot be opened (${String(code)}): add the user to the group that owns it, usually kvm.`;
  }
}

/**
 * Asks for one device. Asking for the list of all would load every module, and a QEMU with a broken one
 * aborts.
 */
async function missingDevice(binary: string, name: string): Promise<string | undefined> {
  const { output, ok } = await probe(binary, ['-device', `${quoteOption(name)},help`]);
  if (ok && !/not found|not a valid device/.test(output)) return undefined;
  return (
    `it said: ${output.trim().split('\n').at(-1) ?? ''}. \`${binary} -device help\` lists what it has; some devices ` +
    `come in packages of their own (Debian: qemu-system-gui, qemu-system-modules-spice, …).`
  );
}

async function namesIn(
  binary: string,
  args: readonly string[],
  pattern: RegExp,
): Promise<ReadonlySet<string>> {
  const { output } = await probe(binary, args);
  return new Set([...output.matchAll(pattern)].map(([, name]) => name ?? ''));
}

async function firstLine(binary: string): Promise<string> {
  return (await probe(binary, ['--version'])).output.trim().split('\n', 1)[0] ?? '';
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
