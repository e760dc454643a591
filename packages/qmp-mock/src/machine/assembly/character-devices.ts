import type { QDict } from '../../engine/json/value.ts';
import { ChardevCommands } from '../chardev/chardev-commands.ts';
import { Chardevs } from '../chardev/chardevs.ts';
import { areDefaultPortsKnown } from '../chardev/default-ports.ts';
import { textOf } from '../command.ts';
import { machineData } from '../machine-data.ts';
import type { Devices } from '../qdev/devices.ts';
import type { QomMount } from '../qom/mount.ts';
import type { Recording } from '../recording.ts';
import type { Subsystem } from '../subsystem.ts';
import { fileAccess, type AssemblyContext } from './context.ts';

/** Kinds of chardevs in modules of their own: how QEMU was installed says whether they are there. */
const KINDS_IN_MODULES = /^(braille|dbus|spice.*)$/;

/** The chardevs of a machine, and their commands. */
export class CharacterDevices {
  readonly chardevs: Chardevs;
  readonly subsystems: readonly Subsystem[];
  /** Their place in the object tree. */
  readonly mount: QomMount;

  constructor(
    { profile, rules, options, given, host, setup, board, recording, power }: AssemblyContext,
    devices: () => Devices,
  ) {
    const isKind = (type: string): boolean =>
      KINDS_IN_MODULES.test(type) || kindsOf(recording)?.has(type) !== false;
    const isUsed = (id: string): boolean => devices().uses('chardev', id);
    this.chardevs = new Chardevs({
      outside: host.chardevs,
      given,
      rules,
      isUsed,
      isOpen: (id) => isOpened(devices().typeOfUser('chardev', id)),
      isKind,
      ...fileAccess(host),
    });
    const commands = new ChardevCommands({
      chardevs: this.chardevs,
      setup,
      parameters: () => machineData(profile).chardevParameters,
      isKind,
      muxHotswap: () => rules.muxHotswap,
      yank: (id) => host.chardevs?.yank?.(id),
      awaitsMigration: () => power.state === 'inmigrate' && options.incoming !== 'defer',
      isUsed,
      devicesKnown: () => devices().areKnown,
    });
    if (host.chardevs !== undefined && areDefaultPortsKnown(board.type, given)) {
      setup.liftDefaults('chardevs');
    }
    this.subsystems = [commands];
    this.mount = commands.mount;
  }
}

/** Devices that open their chardev when the guest opens their port. */
const OPENED_BY_GUEST = 'virtserialport';

/** Whether a device has its chardev open. */
function isOpened(type: string | undefined): boolean {
  return type !== undefined && type !== OPENED_BY_GUEST;
}

/** The kinds of chardevs that a version has; `undefined` if that isn't known. */
function kindsOf(recording: Recording): ReadonlySet<string> | undefined {
  const list = recording.value('query-chardev-backends');
  return Array.isArray(list) ? new Set(list.map((entry) => textOf(entry as QDict, 'name'))) : undefined;
}
