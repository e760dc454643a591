import type { QDict } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { GivenOption } from '../machine-options.ts';
import type { TypeTable } from '../types/type-table.ts';
import type { Board } from './board.ts';
import { chosenAccelerator } from './accelerator.ts';
import { subjectsOfDevice } from './device-kinds.ts';
import { doubtsAfter } from './doubt.ts';
import { optionValues } from './option-values.ts';
import { DEFAULT_DEVICES, subjectsOf, type Subject } from './subject.ts';

/** Ids that QEMU makes up itself for drives, nodes, network clients and buses of options that give none. */
const MADE_UP =
  /^((ide|scsi|virtio|floppy|sd|pflash|mtd|none|xen)\d+(-(hd|cd)\d+)?|#.*|.+\.\d+|hub\d+port\d+|gdb|vc|serial\d|parallel\d)$/;

/** Separators around ids in an argument. */
const SEPARATORS = /[\s,=:"'{}[\]]+/;

/** Properties of a machine that no device, and no answer, depends on. */
const PLAIN_PROPERTIES = /^(type|accel|dump-guest-core|mem-merge|vmport|kernel-irqchip|memory-backend)$/;

/** Options that make drives and block nodes with names of their own. */
const MAKES_DRIVE = /^(drive|blockdev)$/;

/** Objects that queries of their own show. */
const LISTED_OBJECTS = /^(cryptodev-|sev-|pr-manager|sgx|tdx|memory-backend-epc)/;

/** Options after which QEMU does not look for a display itself. */
const CHOOSES_DISPLAY = /^(display|nographic|vnc|spice|sdl|curses)$/;

/** Options after which a board brings no network card. */
const CHOOSES_NETWORK = /^(netdev|nic|net)$/;

/** A device of the command line. */
export interface GivenDevice {
  readonly driver: string;
  readonly id: string | undefined;
}

/** Options of {@link Setup}. */
export interface SetupParts {
  /** The options of the command line; `undefined` for a machine that was made without one. */
  readonly given: readonly GivenOption[] | undefined;
  readonly board: Board;
  /** Tells whether the host has KVM. */
  readonly hasKvm: () => boolean;
  /** The types of this version. */
  readonly types: () => TypeTable;
}

/**
 * The machine's setup, beyond the parts that its subsystems keep themselves. A subsystem asks here before it
 * answers in QEMU's words, because an answer that depends on an option that isn't modelled isn't modelled
 * either.
 */
export class Setup {
  readonly #given: readonly GivenOption[];
  readonly #board: Board;
  readonly #types: () => TypeTable;
  readonly #defaults: boolean;
  readonly #hasKvm: () => boolean;
  #accelerator: string | undefined;
  /** For each subject the option that touches it. */
  #touched: ReadonlyMap<Subject, string> | undefined;
  #words: ReadonlySet<string> | undefined;
  /** Subjects that commands have touched since, and by what. */
  readonly #added = new Map<Subject, string>();
  readonly #inDoubt = new Set<Subject>();
  /** Numbers of options that are modelled whole. */
  readonly #modelled = new Map<number, readonly Subject[] | 'all'>();
  /** Subjects that the default devices of the board don't touch any more: they are modelled. */
  readonly #modelledDefaults = new Set<Subject>();
  /** Models of the devices that have come since. */
  readonly #plugged = new Set<string>();
  /** Names in commands that were not modelled: what they name may be in use, or another than before. */
  readonly #doubted = new Set<string>();
  /** Those among them that such a command would have given to something new. */
  readonly #perhapsMade = new Set<string>();

  constructor({ given, board, types, hasKvm }: SetupParts) {
    this.#hasKvm = hasKvm;
    this.#given = given ?? [];
    this.#board = board;
    this.#types = types;
    this.#defaults = given !== undefined && !board.bare && !given.some(({ name }) => name === 'nodefaults');
  }

  /** Devices of the command line, in its order. */
  get devices(): readonly GivenDevice[] {
    return this.#given
      .filter(({ name }) => name === 'device')
      .map(({ argument }) => {
        const values = optionValues(argument, 'driver');
        return { driver: values.get('driver') ?? '', id: values.get('id') };
      });
  }

  /** Whether an option's argument has such a word. */
  mentions(word: string): boolean {
    return this.#given.some(({ argument }) => argument.includes(word));
  }

  /** The accelerator: `tcg`, `kvm`, … */
  get accelerator(): string {
    return (this.#accelerator ??= chosenAccelerator(this.#given, this.#hasKvm));
  }

  /** The options of the command line, in their order. */
  get given(): readonly GivenOption[] {
    return this.#given;
  }

  /** Whether its board has its default devices. */
  get hasDefaultDevices(): boolean {
    return this.#defaults;
  }

  /**
   * The first option beside `-device`, and beside the default devices, that touches one of these; `undefined`
   * if there is none.
   */
  beside(...subjects: readonly Subject[]): string | undefined {
    for (const subject of subjects) if (this.isInDoubt(subject)) return this.#added.get(subject);
    const option = this.#given.find(
      ({ name, argument }, number) =>
        name !== 'device' &&
        this.#unmodelled(number, this.#subjects(name, argument)).some((subject) =>
          subjects.includes(subject),
        ),
    );
    return option === undefined ? undefined : `-${option.name} ${option.argument}`.trimEnd();
  }

  /**
   * An option is modelled whole: no answer depends on it beyond that.
   *
   * @param option - Its number among all options, from 0.
   * @param subjects - Those in which it is modelled. Default: all.
   */
  lift(option: number, subjects: readonly Subject[] | 'all' = 'all'): void {
    this.#modelled.set(option, subjects);
    this.#touched = undefined;
    this.#words = undefined;
  }

  /** Subjects of which everything is modelled that the default devices of the board bring. */
  liftDefaults(...subjects: readonly Subject[]): void {
    for (const subject of subjects) this.#modelledDefaults.add(subject);
    this.#touched = undefined;
  }

  /** An option turns out not to be modelled whole. */
  unlift(option: number): void {
    this.#modelled.delete(option);
    this.#touched = undefined;
    this.#words = undefined;
  }

  /** Arguments of an option, each time that it was given. */
  argumentsOf(name: string): readonly string[] {
    return this.#given.filter((option) => option.name === name).map(({ argument }) => argument);
  }

  /** Whether there is, or may be, such a device: by a part of its model's name. */
  hasDevice(pattern: RegExp): boolean {
    return (
      this.devices.some(({ driver }) => pattern.test(driver)) ||
      [...this.#plugged].some((driver) => pattern.test(driver)) ||
      (this.#inDoubt.has('devices') && [...this.#doubted].some((word) => pattern.test(word)))
    );
  }

  /** A device has come since the start. */
  addDevice(driver: string): void {
    this.#plugged.add(driver);
    this.touch(`the device ${driver}`, ...this.subjectsOf(driver));
  }

  /** The option that a subject depends on, as it was given, or `undefined` if there is none. */
  touching(...subjects: readonly Subject[]): string | undefined {
    this.#touched ??= this.#findTouched();
    for (const subject of subjects) {
      const option = this.#touched.get(subject) ?? this.#added.get(subject);
      if (option !== undefined) return option;
    }
    return undefined;
  }

  /** Says that something is not modelled if it depends on an option that touches one of these. */
  require(what: string, ...subjects: readonly Subject[]): void {
    const option = this.touching(...subjects);
    if (option !== undefined) notModelled(`${what} with ${option}`);
  }

  /** A command has changed these, in a way that is not modelled in every answer. */
  touch(what: string, ...subjects: readonly Subject[]): void {
    for (const subject of subjects) if (!this.#added.has(subject)) this.#added.set(subject, what);
  }

  /**
   * A command was not modelled: what it names, and what it would have changed, may be there for whoever asks
   * next.
   */
  doubt(command: string, args: QDict): void {
    const { words, names, subjects } = doubtsAfter(command, args);
    for (const word of words) this.#doubted.add(word);
    for (const name of names) this.#perhapsMade.add(name);
    for (const subject of subjects) this.#inDoubt.add(subject);
    this.touch(`what ${command} would have done`, ...subjects);
  }

  /** Whether a command that was not modelled would have changed it. */
  isInDoubt(subject: Subject): boolean {
    return this.#inDoubt.has(subject);
  }

  /** Whether a command that was not modelled has named it, so that it may be in use. */
  isDoubted(name: string): boolean {
    return this.#doubted.has(name);
  }

  /** Whether a command that was not modelled would have made something with that name. */
  mayHaveBeenMade(name: string): boolean {
    return this.#perhapsMade.has(name);
  }

  /** Subjects of a device model. */
  subjectsOf(model: string): readonly Subject[] {
    return subjectsOfDevice(this.#types(), model);
  }

  /**
   * Whether a name may be one of something that the command line has made: it is there, or QEMU makes up such
   * names for what one of the subjects' options brought.
   */
  mayName(id: string, ...subjects: readonly Subject[]): boolean {
    if (id === '') return false;
    if (this.#perhapsMade.has(id)) return true;
    if (this.#given.length === 0 && this.#added.size === 0) return false;
    this.#words ??= new Set(
      this.#given.flatMap((option, number) => (this.#modelled.has(number) ? [] : namesIn(option))),
    );
    return this.#words.has(id) || this.mayBeMadeUp(id, ...subjects);
  }

  /**
   * Whether a name may be that of a drive or a block node that an option has made which isn't modelled, or a
   * command that wasn't.
   */
  mayNameDrive(id: string): boolean {
    if (id === '') return false;
    const isInOption = this.#given.some(
      (option, number) =>
        MAKES_DRIVE.test(option.name) && !this.#modelled.has(number) && namesIn(option).includes(id),
    );
    return isInOption || this.mayBeMadeUp(id, 'drives', 'nodes');
  }

  /**
   * Whether QEMU may have given a name itself, to what one of the subjects' options brought; or a command
   * that was not modelled. For things of which every name on the command line is known.
   */
  mayBeMadeUp(id: string, ...subjects: readonly Subject[]): boolean {
    if (this.#perhapsMade.has(id)) return true;
    return MADE_UP.test(id) && this.touching(...subjects) !== undefined;
  }

  /**
   * Whether something may use it: another option than the one that made it names it.
   *
   * @param maker - The option that made it.
   * @param devicesKnown - Whether the devices are asked themselves.
   */
  isUsedBeside(id: string, maker: 'object' | 'chardev', devicesKnown = false): boolean {
    if (this.#doubted.has(id)) return true;
    return this.#given.some(
      ({ name, argument }) =>
        !(devicesKnown && name === 'device') &&
        (name !== maker || optionValues(argument, '').get('id') !== id) &&
        argument.split(SEPARATORS).includes(id),
    );
  }

  /** Whether a value was given to an option. */
  has(name: string): boolean {
    return this.#given.some((option) => option.name === name);
  }

  /** Whether an option of that name was given that isn't modelled whole. */
  hasUnmodelled(name: string): boolean {
    return this.#given.some((option, number) => option.name === name && !this.#modelled.has(number));
  }

  /** The argument of the last option of that name. */
  argument(name: string): string | undefined {
    return this.#given.findLast((option) => option.name === name)?.argument;
  }

  /** Those of an option's subjects in which it isn't modelled. */
  #unmodelled(option: number, subjects: readonly Subject[]): readonly Subject[] {
    const modelled = this.#modelled.get(option);
    if (modelled === 'all') return [];
    return modelled === undefined ? subjects : subjects.filter((subject) => !modelled.includes(subject));
  }

  #findTouched(): ReadonlyMap<Subject, string> {
    const touched = new Map<Subject, string>();
    const note = (what: string, subjects: readonly Subject[]): void => {
      for (const subject of subjects) if (!touched.has(subject)) touched.set(subject, what);
    };
    for (const [number, { name, argument }] of this.#given.entries()) {
      const shown = name === 'disk image' ? argument : argument === '' ? `-${name}` : `-${name} ${argument}`;
      note(shown, this.#unmodelled(number, this.#subjects(name, argument)));
    }
    if (this.#defaults) {
      const isKnown = this.#board.family !== undefined;
      const hasNetwork = !isKnown && !this.#given.some(({ name }) => CHOOSES_NETWORK.test(name));
      const subjects = DEFAULT_DEVICES.filter(
        (subject) => (subject !== 'network' || hasNetwork) && !this.#modelledDefaults.has(subject),
      );
      note('the default devices of its board', subjects);
    }
    if (this.#given.length > 0 && !this.#given.some(({ name }) => CHOOSES_DISPLAY.test(name))) {
      note('the default display', ['displays', 'consoles']);
    }
    return touched;
  }

  #subjects(name: string, argument: string): readonly Subject[] {
    const values = (implied: string): ReadonlyMap<string, string> => optionValues(argument, implied);
    switch (name) {
      case 'device':
        return this.subjectsOf(values('driver').get('driver') ?? '');
      case 'drive': {
        const { size } = values('');
        const kind = values('file').get('if') ?? 'ide';
        return size > 0 && kind === 'none' ? ['drives', 'nodes'] : ['drives', 'nodes', 'devices', 'virtio'];
      }
      case 'object':
        return LISTED_OBJECTS.test(values('qom-type').get('qom-type') ?? '') ? ['objects'] : [];
      case 'vga':
        return argument === 'none' ? [] : ['consoles', 'devices'];
      case 'display':
        return argument === 'none' || argument.startsWith('vnc=') ? [] : ['displays', 'consoles'];
      case 'nic':
      case 'net':
        if (argument === 'none' || argument === 'type=none') return [];
        return this.#board.family === undefined ? subjectsOf(name) : ['devices'];
      case 'serial':
      case 'parallel':
      case 'debugcon':
        return argument === 'none' || this.#board.bare ? [] : ['devices'];
      case 'm':
        return [...values('size').keys()].some((key) => key !== 'size') ? ['memory', 'cpus', 'numa'] : [];
      case 'smp':
        return [...values('cpus').keys()].some((key) => key !== 'cpus') ? ['cpus'] : [];
      case 'cpu':
        return ['cpus'];
      case 'accel':
        return this.accelerator === 'tcg' ? [] : ['accelerator', 'cpus'];
      case 'machine':
      case 'M':
        return this.#subjectsOfMachine(values('type'));
      case 'global':
        return argument.startsWith('migration.') ? ['migration'] : ['devices'];
      case 'gdb':
        return argument === 'none' ? [] : ['chardevs'];
      default:
        return subjectsOf(name);
    }
  }

  #subjectsOfMachine(values: ReadonlyMap<string, string>): readonly Subject[] {
    const subjects: Subject[] = [];
    for (const [name, value] of values) {
      if (name === 'accel' && this.accelerator !== 'tcg') subjects.push('accelerator', 'cpus');
      if (name === 'usb' && value === 'on') subjects.push('usb');
      if (name === 'memory-backend') subjects.push('memory');
      const isOff = name === 'usb' && value === 'off';
      if (!PLAIN_PROPERTIES.test(name) && !isOff) subjects.push('devices', 'firmware');
    }
    return subjects;
  }
}

/** Options that make something with a name of its own, and the members that say it. */
const NAMING =
  /^(drive|blockdev|netdev|nic|net|chardev|object|device|fsdev|virtfs|virtfs_synth|vnc|audiodev|tpmdev|mon)$/;
const NAME = /(^|\.)(id|node-name|name)$/;

/** Names that an option gives to what it makes; the rest of it are references. */
function namesIn({ name, argument }: GivenOption): readonly string[] {
  if (!NAMING.test(name)) return [];
  return [...optionValues(argument, '')].filter(([key]) => NAME.test(key)).map(([, value]) => value);
}
