import { parseBoolean } from '../command-line/qemu-opts.ts';
import { refuse } from '../command-line/start-error.ts';
import { whyNotThrottled } from '../../machine/throttling.ts';

const ERROR_ACTIONS = {
  werror: ['ignore', 'enospc', 'stop', 'report'],
  rerror: ['ignore', 'stop', 'report'],
};
const AIO = ['threads', 'native', 'io_uring'];
/** Values of `cache=`. */
export const CACHES: readonly string[] = ['none', 'off', 'directsync', 'writeback', 'unsafe', 'writethrough'];
const DISCARDS = ['ignore', 'off', 'unmap', 'on'];

/** Options of `-drive` that aren't the driver's (`qemu_legacy_drive_opts` and others in `blockdev.c`). */
export const OWN: RegExp =
  /^(bus|unit|index|media|if|file|id|format|driver|snapshot|aio|cache(\..*)?|read-?only|auto-read-only|force-share|copy-on-read|werror|rerror|discard|detect-zeroes|stats-.*|node-name|throttling\..*|(bps|iops)(_.*)?|group|locking)$/;
const THROTTLING: Readonly<Record<string, string>> = {
  bps: 'bps-total',
  iops: 'iops-total',
  rd: 'read',
  wr: 'write',
};

/** Whether a switch of the drive is on. */
export const isOn = (values: ReadonlyMap<string, string>, name: string): boolean =>
  parseBoolean(values.get(name) ?? 'off') === true;

/** Refuses switches that are neither on nor off. */
export function checkSwitches(values: ReadonlyMap<string, string>): void {
  for (const name of [
    'read-only',
    'readonly',
    'snapshot',
    'copy-on-read',
    'cache.direct',
    'cache.no-flush',
    'force-share',
  ]) {
    const value = values.get(name);
    if (value === undefined || parseBoolean(value) !== undefined) continue;
    refuse(`Parameter '${name === 'readonly' ? 'read-only' : name}' expects 'on' or 'off'`);
  }
}

/** Options that drives of every format have (`extract_common_blockdev_options`). */
export function checkCommon(values: ReadonlyMap<string, string>): void {
  const discard = values.get('discard');
  if (discard !== undefined && !DISCARDS.includes(discard)) refuse('Invalid discard option');
  const aio = values.get('aio');
  if (aio !== undefined && !AIO.includes(aio)) refuse('invalid aio option');
  checkThrottling(values);
  const zeroes = values.get('detect-zeroes') ?? 'off';
  if (!['on', 'off', 'unmap'].includes(zeroes)) refuse(`invalid parameter value: ${zeroes}`);
  for (const [name, actions] of Object.entries(ERROR_ACTIONS)) {
    const action = values.get(name);
    if (action === undefined || actions.includes(action)) continue;
    refuse(`'${action}' invalid ${name === 'werror' ? 'write' : 'read'} error action`);
  }
}

function checkThrottling(values: ReadonlyMap<string, string>): void {
  const limits = new Map<string, number>();
  for (const [name, value] of values) {
    const limit = limitOf(name);
    if (limit === undefined) continue;
    if (!/^-?\d+$/.test(value)) refuse(`Parameter 'throttling.${limit}' expects a number`);
    limits.set(limit, Number(value));
  }
  const refusal = limits.size === 0 ? undefined : whyNotThrottled((name) => limits.get(name));
  if (refusal !== undefined) refuse(refusal);
}

/** The limit that an option sets: `iops_rd_max` is `iops-read-max`. */
export function limitOf(name: string): string | undefined {
  if (name === 'throttling.group') return undefined;
  if (name.startsWith('throttling.')) return name.slice('throttling.'.length);
  if (!/^(bps|iops)(_(rd|wr))?(_max(_length)?)?$|^iops_size$/.test(name)) return undefined;
  const [first = '', ...rest] = name.split('_');
  const kind = rest[0] === 'rd' || rest[0] === 'wr' ? THROTTLING[rest.shift() ?? ''] : 'total';
  return rest[0] === 'size' ? 'iops-size' : [first, kind, ...rest].join('-');
}
