import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { QemuNotFoundError } from './errors.ts';

/** QEMU's names for architectures that have another name in Node. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'x86_64',
  arm64: 'aarch64',
  ia32: 'i386',
  loong64: 'loongarch64',
};

/** Places where distributions keep QEMU if it isn't on `PATH` under its own name. */
const ELSEWHERE: readonly string[] = ['/usr/libexec/qemu-kvm', '/usr/local/bin', '/opt/homebrew/bin'];

/** Options of {@link locateQemu}. */
export interface LocateOptions {
  /** The program: a name to look up on `PATH`, or a path. Default: see {@link locateQemu}. */
  binary?: string | undefined;
  /** The environment to look in. Default: `process.env`. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Finds QEMU: `binary`; else `QMP_QEMU_BINARY`; else `qemu-system-` with the host's architecture, then
 * `qemu-system-x86_64`, on `PATH` and in a few places where distributions hide it. If you name a program, you
 * get that one or an error, never another.
 *
 * @returns The absolute path of an executable file.
 * @throws QemuNotFoundError with every searched place, and a hint how to install QEMU.
 * @example
 * const binary = locateQemu()
 */
export function locateQemu(options: LocateOptions = {}): string {
  const env = options.env ?? process.env;
  const fromEnvironment = env['QMP_QEMU_BINARY'];
  const named = options.binary ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  const source = options.binary === undefined ? 'QMP_QEMU_BINARY names' : '`binary` names';
  if (named !== undefined) return locate([named], [], env, `${source} ${JSON.stringify(named)}`);
  const names = [...new Set([`qemu-system-${hostArchitecture()}`, 'qemu-system-x86_64'])];
  return locate(names, ELSEWHERE, env, `A QEMU was looked for as ${names.join(' and ')}`);
}

/**
 * Finds `qemu-storage-daemon`: `binary`; else `QMP_STORAGE_DAEMON_BINARY`; else on `PATH`.
 *
 * @throws QemuNotFoundError like {@link locateQemu}.
 *
 * @example
 * const binary = locateStorageDaemon()
 */
export function locateStorageDaemon(options: LocateOptions = {}): string {
  const env = options.env ?? process.env;
  const fromEnvironment = env['QMP_STORAGE_DAEMON_BINARY'];
  const named = options.binary ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  const name = named ?? 'qemu-storage-daemon';
  return locate([name], named === undefined ? ELSEWHERE : [], env, `${JSON.stringify(name)} was looked for`);
}

/** The host's architecture in QEMU's words. */
export function hostArchitecture(): string {
  return ARCHITECTURES[process.arch] ?? process.arch;
}

/** The path of a program on `PATH`, or `undefined`. */
export function onPath(
  name: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  return candidates(name, [], env).find(isExecutable);
}

function locate(
  names: readonly string[],
  elsewhere: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  lookedFor: string,
): string {
  const searched = [...new Set(names.flatMap((name) => candidates(name, elsewhere, env)))];
  const found = searched.find(isExecutable);
  if (found !== undefined) return found;
  throw new QemuNotFoundError(
    [
      `${lookedFor}, and there is no such program. Searched:`,
      ...searched.map((path) => `  ${path}${whyNot(path)}`),
      ...(searched.length === 0 ? ['  nothing: PATH is empty'] : []),
      howToInstall(),
    ].join('\n'),
    { searched },
  );
}

function candidates(
  name: string,
  elsewhere: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  if (name.includes('/')) return [resolve(name)];
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const hidden = elsewhere.map((place) => (place.endsWith('qemu-kvm') ? place : join(place, name)));
  return [...folders.map((folder) => resolve(folder, name)), ...hidden];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function whyNot(path: string): string {
  try {
    return statSync(path).isFile() ? ' (not executable)' : ' (not a file)';
  } catch {
    return '';
  }
}

/** Says how to install QEMU on this platform. */
function howToInstall(): string {
  const how =
    process.platform === 'darwin'
      ? '`brew install qemu`'
      : '`apt install qemu-system-x86 qemu-utils` (Debian, Ubuntu), `dnf install qemu-system-x86 qemu-img` (Fedora), ' +
        '`apk add qemu-system-x86_64` (Alpine)';
  return `To install it: ${how}; or set QMP_QEMU_BINARY to the path of one.`;
}
