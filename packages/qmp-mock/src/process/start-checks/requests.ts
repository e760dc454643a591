import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

/** Options that go with others, or don't (`qemu_validate_options` in `system/vl.c`). */
export function checkRequest(context: StartContext): void {
  const { properties } = context;
  if (!properties.has('kernel')) {
    for (const option of ['append', 'shim', 'initrd']) {
      if (properties.has(option)) refuse(`-${option} only allowed with -kernel option`);
    }
  }
  const incoming = context.last('incoming')?.argument;
  if (context.has('loadvm') && incoming !== undefined) {
    refuse("'incoming' and 'loadvm' options are mutually exclusive");
  }
  if (context.preconfig && context.has('loadvm')) {
    refuse("'preconfig' and 'loadvm' options are mutually exclusive");
  }
  if (context.preconfig && incoming !== undefined && incoming !== 'defer') {
    refuse("'preconfig' supports '-incoming defer' only");
  }
}

/**
 * Values that `-sandbox` takes for each thing that it denies (`parse_sandbox` in `system/qemu-seccomp.c`).
 */
const SANDBOX: Readonly<Record<string, readonly string[]>> = {
  obsolete: ['allow', 'deny'],
  elevateprivileges: ['allow', 'deny', 'children'],
  spawn: ['allow', 'deny'],
  resourcecontrol: ['allow', 'deny'],
};

/** `-sandbox` and `-add-fd`. */
export function checkDescriptors(context: StartContext): void {
  for (const option of context.of('sandbox')) {
    for (const [name, choice] of Object.entries(SANDBOX)) {
      const value = option.get(name);
      if (value !== undefined && !choice.includes(value)) refuse(`invalid argument for ${name}`, option);
    }
  }
  for (const option of context.of('add-fd')) {
    const fd = option.get('fd');
    if (fd === undefined || Number(fd) < 0) {
      refuse('fd option is required and must be non-negative', option);
    }
    if (Number(fd) <= 2) refuse('fd cannot be a standard I/O stream', option);
    if (context.file.peek(`/dev/fd/${fd}`) === undefined && !isOpen(context, fd)) {
      refuse('fd is not valid or already in use', option);
    }
    if (!option.values.has('set')) refuse('set option is required and must be non-negative', option);
  }
}

const isOpen = ({ file }: StartContext, fd: string): boolean =>
  file.whyNotReadable(`/proc/self/fd/${fd}`) === undefined;

const DATE = /^\d{4,}-\d{1,2}-\d{1,2}(T\d{1,2}:\d{1,2}:\d{1,2})?$/;

/** `-rtc` (`configure_rtc` in `system/rtc.c`). */
export function checkClock(context: StartContext): void {
  const values = new Map(context.of('rtc').flatMap((option) => [...option.values]));
  const base = values.get('base');
  if (base !== undefined && base !== 'utc' && base !== 'localtime' && !DATE.test(base)) {
    refuse('invalid datetime format', undefined, ["valid formats: '2006-06-17T16:01:21' or '2006-06-17'"]);
  }
  const clock = values.get('clock') ?? 'host';
  if (!['host', 'rt', 'vm'].includes(clock)) refuse(`invalid option value '${clock}'`);
  const drift = values.get('driftfix') ?? 'none';
  if (drift !== 'slew' && drift !== 'none') refuse(`invalid option value '${drift}'`);
}
