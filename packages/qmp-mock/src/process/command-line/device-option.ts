import { QDict } from '../../engine/json/value.ts';
import type { QemuProfile } from '../../engine/profile.ts';
import type { ColdDevice } from '../../machine/machine-options.ts';
import { parseJsonArgument } from './json-argument.ts';
import { ANYTHING } from './option-groups.ts';
import { parseQemuOpts } from './qemu-opts.ts';

/**
 * Reads the argument of `-device`, in either of its two syntaxes.
 *
 * @throws StartError with QEMU's text.
 */
export function readDevice(argument: string, profile: QemuProfile): ColdDevice {
  if (argument.startsWith('{')) return { args: parseJsonArgument(argument, profile), typed: true };
  const opts = parseQemuOpts(argument, { ...ANYTHING, implied: 'driver' });
  const args = new QDict(opts.entries());
  if (opts.id !== undefined) args.set('id', opts.id);
  return { args, typed: false };
}

/** Names of block nodes that the argument of an option gives, at any depth and in either syntax. */
export function nodeNames(argument: string): string[] {
  return [...argument.matchAll(/node-name(?:=|"\s*:\s*")([^,"]+)/g)].map(([, name = '']) => name);
}

/** The id that the argument of an option gives, in either syntax. */
export function idOf(argument: string): string[] {
  const [, plain] = /(?:^|,)id=([^,]+)/.exec(argument) ?? [];
  const [, json] = /"id"\s*:\s*"([^"]+)"/.exec(argument) ?? [];
  const id = plain ?? json;
  return id === undefined ? [] : [id];
}
