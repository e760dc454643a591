import type { CompatPolicy, MachineActions } from '../../machine/machine-options.ts';
import type { OptionGroup } from './qemu-opts.ts';

/** `-mon`. */
export const MONITOR_ARGUMENT: OptionGroup = {
  parameters: { chardev: 'string', mode: 'string', pretty: 'boolean' },
  implied: 'chardev',
  warnsOfFlags: true,
};
/** `-name`. */
export const NAME: OptionGroup = {
  parameters: { guest: 'string', process: 'string', 'debug-threads': 'boolean' },
  implied: 'guest',
  warnsOfFlags: true,
  merges: true,
};
/** `-m`. */
export const MEMORY: OptionGroup = {
  parameters: { size: 'size', slots: 'number', maxmem: 'size' },
  implied: 'size',
  warnsOfFlags: true,
  merges: true,
};
/** `-action`. */
export const ACTION: OptionGroup = {
  parameters: { reboot: 'string', shutdown: 'string', panic: 'string', watchdog: 'string' },
  warnsOfFlags: true,
};
/** Options whose parameters are not looked at. */
export const ANYTHING: OptionGroup = { parameters: undefined };

/** Possible values of each action (`qapi/run-state.json`). */
export const ACTIONS: { readonly [name in keyof MachineActions]: readonly MachineActions[name][] } = {
  reboot: ['reset', 'shutdown'],
  shutdown: ['poweroff', 'pause'],
  panic: ['pause', 'shutdown', 'exit-failure', 'none'],
  watchdog: ['reset', 'shutdown', 'poweroff', 'pause', 'debug', 'none', 'inject-nmi'],
};

/** `-compat`: its members, and the names that they have here. */
export const COMPAT: Readonly<Record<string, readonly [keyof CompatPolicy, readonly string[]]>> = {
  'deprecated-input': ['deprecatedInput', ['accept', 'reject', 'crash']],
  'deprecated-output': ['deprecatedOutput', ['accept', 'hide']],
  'unstable-input': ['unstableInput', ['accept', 'reject', 'crash']],
  'unstable-output': ['unstableOutput', ['accept', 'hide']],
};

/** How an option is read that does nothing here. */
interface RecordedGroup {
  /** Group that `query-command-line-options` lists it under, if that has another name. */
  readonly group?: string | undefined;
  readonly implied?: string | undefined;
  readonly merges?: boolean | undefined;
}

/**
 * Options whose parameters are checked as they are listed by the version (`qemu_opts_parse_noisily` in QEMU's
 * `system/vl.c`).
 */
export const RECORDED: Readonly<Record<string, RecordedGroup>> = {
  'add-fd': {},
  fsdev: { implied: 'fsdriver' },
  fw_cfg: { implied: 'name' },
  global: {},
  icount: { implied: 'shift', merges: true },
  iscsi: {},
  msg: {},
  'option-rom': { implied: 'romfile' },
  overcommit: {},
  rtc: { merges: true },
  'run-with': {},
  sandbox: { implied: 'enable' },
  trace: { implied: 'enable' },
  virtfs: { implied: 'fsdriver' },
  vnc: { implied: 'vnc' },
};
