import { ImageError, ImageNotModelled } from '../machine/block/image/byte-file.ts';
import { bitmap } from './commands/bitmap.ts';
import { check } from './commands/check.ts';
import { commit } from './commands/commit.ts';
import { compare } from './commands/compare.ts';
import { convert } from './commands/convert.ts';
import { create } from './commands/create.ts';
import { dd } from './commands/dd.ts';
import { info } from './commands/info.ts';
import { map } from './commands/map.ts';
import { measure } from './commands/measure.ts';
import { rebase } from './commands/rebase.ts';
import { resize } from './commands/resize.ts';
import { snapshot } from './commands/snapshot.ts';
import { type ImgCommand, type ImgContext, ImgFailure, UsageFailure } from './context.ts';
import { HelpInstead } from './getopt.ts';
import { LockingFiles } from './locks.ts';

const COMMANDS: Readonly<Record<string, ImgCommand>> = {
  bitmap,
  check,
  commit,
  compare,
  convert,
  create,
  dd,
  info,
  map,
  measure,
  rebase,
  resize,
  snapshot,
};
/** Commands of QEMU's own that aren't modelled. */
const NOT_MODELLED = new Set(['amend', 'bench']);

/**
 * Does what `qemu-img` does with a command line.
 *
 * @returns The exit status.
 *
 * @example
 * process.exitCode = runImg(['create', '-f', 'qcow2', 'disk.img', '1G'], context)
 */
export function runImg(args: readonly string[], context: ImgContext): number {
  try {
    return dispatch(args, { ...context, files: new LockingFiles(context.files) });
  } catch (error) {
    if (error instanceof HelpInstead) {
      context.stdout(help());
      if (error.message !== '') context.stderr(`${error.message}\n`);
      return error.status;
    }
    if (error instanceof ImgFailure) {
      context.stderr(`qemu-img: ${error.message}${error.end}`);
      return error.status;
    }
    if (error instanceof ImageNotModelled) {
      context.stderr(`qemu-img: qmp-mock does not model ${error.message}\n`);
      return 1;
    }
    if (error instanceof ImageError) {
      context.stderr(`qemu-img: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

function dispatch(args: readonly string[], context: ImgContext): number {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageFailure('Not enough arguments');
  if (['-h', '--help', '-V', '--version'].includes(name)) {
    context.stdout(name === '-V' || name === '--version' ? version() : help());
    return 0;
  }
  if (name.startsWith('-')) {
    if (name === '-T' || name.startsWith('--trace')) throw new ImageNotModelled('-T (tracing)');
    throw new UsageFailure(`unrecognized option '${name}'`);
  }
  if (NOT_MODELLED.has(name)) throw new ImageNotModelled(`qemu-img ${name}`);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageFailure(`Command not found: ${name}`);
  return command([name, ...rest], context);
}

function version(): string {
  return 'qemu-img version 7.2.22 (qmp-mock)\n';
}

function help(): string {
  return (
    `${version()}usage: qemu-img COMMAND [OPTION…]\n\n` +
    `Commands: ${Object.keys(COMMANDS).join(' ')}\n` +
    `Not modelled: ${[...NOT_MODELLED].join(' ')}\n` +
    'Formats: raw qcow2\n'
  );
}
