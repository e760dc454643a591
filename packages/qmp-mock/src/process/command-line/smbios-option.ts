import type { StartOption } from './start-option.ts';
import { parseBoolean } from './qemu-opts.ts';
import type { ArgumentContext } from './argument-context.ts';
import { pieces } from './pieces.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from './start-error.ts';

type Kind = 'string' | 'number' | 'boolean';

const strings = (names: string): Readonly<Record<string, Kind>> =>
  Object.fromEntries(names.split(' ').map((name) => [name, 'string']));
const numbers = (names: string): Readonly<Record<string, Kind>> =>
  Object.fromEntries(names.split(' ').map((name) => [name, 'number']));

/** Members of the structures that can be built from parts (`hw/smbios/smbios.c`), by type. */
const TYPES: Readonly<Record<number, Readonly<Record<string, Kind>>>> = {
  0: { ...strings('vendor version date release'), uefi: 'boolean', vm: 'boolean' },
  1: strings('manufacturer product version serial uuid sku family'),
  2: strings('manufacturer product version serial asset location'),
  3: strings('manufacturer version serial asset sku'),
  4: {
    ...strings('sock_pfx manufacturer version serial asset part'),
    ...numbers('max-speed current-speed processor-family processor-id'),
  },
  8: { ...strings('internal_reference external_reference'), ...numbers('connector_type port_type') },
  11: strings('value path'),
  17: { ...strings('loc_pfx bank manufacturer serial asset part'), ...numbers('speed') },
  41: { ...strings('designation kind pcidev'), ...numbers('instance') },
};
/** Types that newer versions build, too. */
const NEWER = new Set([9]);
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** `-smbios`, while the options are read (`smbios_entry_add` in `hw/smbios/smbios.c`). */
export function checkSmbiosArgument(option: StartOption, { files }: ArgumentContext): void {
  const { values } = option;
  const path = values.get('file');
  if (path !== undefined) {
    for (const name of values.keys()) if (name !== 'file') refuse(`Invalid parameter '${name}'`);
    if (files.whyNotReadable(path) !== undefined) refuse(`Cannot read SMBIOS file ${path}`);
    return;
  }
  const type = values.get('type');
  if (type === undefined) refuse('Must specify type= or file=');
  if (!/^\d+$/.test(type)) refuse("Parameter 'type' expects a number");
  const number = Number(type);
  if (number > 127) refuse('out of range!');
  if (NEWER.has(number)) notModelled(`-smbios type=${number}`);
  const members = TYPES[number];
  if (members === undefined) refuse(`Don't know how to build fields for SMBIOS type ${number}`);
  for (const [name, value] of pieces(option.argument, '')) {
    if (name === 'type') continue;
    const kind = Object.hasOwn(members, name) ? members[name] : undefined;
    if (kind === undefined) refuse(`Invalid parameter '${name}'`);
    if (kind === 'number' && !/^(\d+|0x[\da-f]+)$/i.test(value))
      refuse(`Parameter '${name}' expects a number`);
    if (kind === 'boolean' && parseBoolean(value) === undefined)
      refuse(`Parameter '${name}' expects 'on' or 'off'`);
  }
  checkValues(values, number, files);
}

function checkValues(
  values: ReadonlyMap<string, string>,
  type: number,
  files: ArgumentContext['files'],
): void {
  const [release, uuid, path] = [values.get('release'), values.get('uuid'), values.get('path')];
  if (type === 0 && release !== undefined && !/^\d{1,3}\.\d{1,3}/.test(release)) refuse('Invalid release');
  if (type === 1 && uuid !== undefined && !UUID.test(uuid)) refuse('Invalid UUID');
  if (type !== 11 || path === undefined) return;
  const why = files.whyNotReadable(path);
  if (why !== undefined) refuse(`Could not open '${path}': ${why}`);
}
