import { notModelled } from '../../engine/not-modelled.ts';
import { refuse, StartError } from '../command-line/start-error.ts';
import { isFormat, membersOfDriver } from './block-options.ts';
import { isOn, OWN } from './drive-options.ts';
import { openImage } from './images.ts';
import type { StartContext } from './start-context.ts';

/** Opens what is in the drive (`blk_new_open`). */
export function openDrive(
  context: StartContext,
  values: ReadonlyMap<string, string>,
  options: { readonly readOnly: boolean; readonly snapshot: boolean; readonly writers: Set<string> },
): { readonly empty: boolean; readonly readOnly: boolean; readonly path: string | undefined } {
  const { readOnly, snapshot, writers } = options;
  const format = values.get('format') ?? values.get('driver');
  if (format === 'help') notModelled('the list of formats');
  if (values.has('format') && values.has('driver')) refuse("Cannot specify both 'driver' and 'format'");
  const nested = [...values.keys()].some((name) => name.includes('.') && !OWN.test(name));
  const file = values.get('file') ?? '';
  const others = [...values.keys()].filter((name) => !OWN.test(name));
  if (file === '' && others.length === 0 && format === undefined)
    return { empty: true, readOnly: false, path: undefined };
  if (format !== undefined && membersOfDriver(context.schema, format) === undefined)
    refuse(`Unknown driver '${format}'`);
  const fileDriver = values.get('file.driver');
  if (fileDriver !== undefined && membersOfDriver(context.schema, fileDriver) === undefined) {
    refuse(`Unknown driver '${fileDriver}'`);
  }
  const path = file !== '' ? file : values.get('file.filename');
  const isFile = fileDriver === undefined || ['file', 'host_device', 'host_cdrom'].includes(fileDriver);
  if (path === undefined) return openWithoutFile(context, format, others);
  const protocol = /^[^/:]+(?=:)/.exec(path)?.[0];
  if (protocol !== undefined || !isFile) return openProtocol(context, path, protocol, format);
  const { format: found, guessed } = openImage(context.file, path, undefined, format, {
    readOnly: readOnly || snapshot,
    backing: ![...values.keys()].some((name) => /^backing(\.|$)/.test(name)),
  });
  if (guessed && !readOnly && !snapshot && !context.has('snapshot')) warnOfGuess(context, path);
  if (
    values.get('aio') === 'native' &&
    !['none', 'off', 'directsync'].includes(values.get('cache') ?? '') &&
    !isOn(values, 'cache.direct')
  ) {
    refuse('aio=native was specified, but it requires cache.direct=on, which was not specified.');
  }
  checkUnknown(context, found, others);
  if (nested && [...values.keys()].some((name) => /^backing(\.|$)/.test(name)))
    notModelled('the backing file of a drive');
  if (found !== 'raw' && !readOnly && !snapshot && !context.has('snapshot')) lock(path, writers);
  return { empty: false, readOnly, path };
}

/** A format that writes what it needs for itself locks its file as soon as it is opened. */
function lock(path: string, writers: Set<string>): void {
  if (writers.has(path)) {
    throw new StartError('Failed to get "write" lock', {
      hint: [`Is another process using the image [${path}]?`],
    });
  }
  writers.add(path);
}

function openWithoutFile(
  context: StartContext,
  format: string | undefined,
  others: readonly string[],
): { readonly empty: boolean; readonly readOnly: boolean; readonly path: string | undefined } {
  if (others.some((name) => name.startsWith('file.'))) notModelled('a drive whose file is a node of its own');
  if (format === undefined) refuse('Must specify either driver or file');
  if (isFormat(context.schema, format)) refuse('A block device must be specified for "file"');
  const members = membersOfDriver(context.schema, format);
  const unknown = others.find((name) => members?.has(name.split('.')[0] ?? '') !== true);
  if (unknown !== undefined) refuse(`Block protocol '${format}' doesn't support the option '${unknown}'`);
  if (!format.startsWith('null-')) notModelled(`the block driver ${format}`);
  return { empty: false, readOnly: false, path: undefined };
}

function openProtocol(
  context: StartContext,
  path: string,
  protocol: string | undefined,
  format: string | undefined,
): { readonly empty: boolean; readonly readOnly: boolean; readonly path: string | undefined } {
  const isKnown =
    protocol === undefined ||
    /^(json|fat|nbd|nbd\+\w+|https?|ftps?|ssh|iscsi|rbd|gluster(\+\w+)?|nfs|blkdebug|blkverify|blkreplay|host_device|host_cdrom|file|nvme|sheepdog|vxhs|null-co|null-aio)$/.test(
      protocol,
    );
  if (!isKnown) refuse(`Unknown protocol '${protocol}'`);
  if (protocol === 'null-co' || protocol === 'null-aio') {
    if (format === undefined) warnOfGuess(context, path);
    return { empty: false, readOnly: false, path: undefined };
  }
  if (protocol === 'json' && /"driver"\s*:\s*"null-(co|aio)"/.test(path))
    return { empty: false, readOnly: false, path: undefined };
  if (protocol === 'fat') checkFolder(context, path);
  return notModelled(`the image ${path}`);
}

function checkUnknown(context: StartContext, driver: string, others: readonly string[]): void {
  const members = membersOfDriver(context.schema, driver);
  const unknown = others.find((name) => members?.has(name.split('.')[0] ?? '') !== true);
  if (unknown !== undefined) refuse(`Block format '${driver}' does not support the option '${unknown}'`);
  const file = membersOfDriver(context.schema, 'file');
  for (const name of others.filter((one) => one.startsWith('file.'))) {
    const member = name.slice('file.'.length).split('.')[0] ?? '';
    if (file?.has(member) !== true) refuse(`Block protocol 'file' doesn't support the option '${member}'`);
  }
}

/**
 * QEMU says so of images whose format it had to guess (`bdrv_open`), unlike its warnings without its name.
 */
function warnOfGuess(context: StartContext, path: string): void {
  const indent = ' '.repeat(9);
  context.say(
    [
      `WARNING: Image format was not specified for '${path}' and probing guessed raw.`,
      `${indent}Automatically detecting the format is dangerous for raw images, write operations on block 0 will be restricted.`,
      `${indent}Specify the 'raw' format explicitly to remove the restrictions.`,
    ].join('\n'),
    '',
  );
}

/** A folder that stands for a disk has to be there (`vvfat_open`). */
function checkFolder(context: StartContext, path: string): void {
  const folder = path.slice(path.lastIndexOf(':') + 1).replace(/(?<=.)\/$/, '');
  if (path.includes(':32:')) return;
  const isThere = context.file.whyNotReadable(folder) === undefined;
  const isFolder = isThere && context.file.peek(folder)?.kind === 'directory';
  if (!isFolder) refuse(`Could not read directory ${folder}`);
}
