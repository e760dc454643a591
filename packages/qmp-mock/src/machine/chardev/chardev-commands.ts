import { QmpCommandError } from 'qmp-core/errors';
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from '../../engine/bytes.ts';
import { QDict } from '../../engine/json/value.ts';
import { commandTable, genericError, textOf, type CommandTable } from '../command.ts';
import {
  complaintsOf,
  hmpTable,
  notModelledLine,
  taking,
  unlessTouched,
  type HmpContext,
  type HmpTable,
} from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { ChardevInfo } from '../machine-host.ts';
import { NotModelledError, notModelled } from '../../engine/not-modelled.ts';
import type { QomMount } from '../qom/mount.ts';
import { textProperty, type PropertyView } from '../qom/property.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import { chardevOfLine } from './chardev-line.ts';
import type { Chardevs } from './chardevs.ts';
import type { RingBuffer } from './ring-buffer.ts';

const SPACE = 0x20;
const DELETE = 0x7f;

/** Parts of the machine that {@link ChardevCommands} needs. */
export interface ChardevParts {
  readonly chardevs: Chardevs;
  readonly setup: Setup;
  /** The parameters that `-chardev` takes. */
  readonly parameters: () => Readonly<Record<string, string>>;
  /** Whether the version has a kind. */
  readonly isKind: (type: string) => boolean;
  /** The refusal of a change of a multiplexer. */
  readonly muxHotswap: () => string;
  /** Breaks the connection of a chardev. */
  readonly yank: (id: string) => void;
  /** Whether a migration may come in, which can be yanked. */
  readonly awaitsMigration: () => boolean;
  /** Whether a device of the guest has it. */
  readonly isUsed: (id: string) => boolean;
  /** Whether the use of chardevs by devices is fully known. */
  readonly devicesKnown: () => boolean;
}

/** Chardevs, ring buffers, and `yank` (`qapi/char.json`, `qapi/yank.json`). */
export class ChardevCommands implements Subsystem {
  readonly commands: CommandTable;
  readonly #chardevs: Chardevs;

  readonly #setup: Setup;

  readonly #parameters: ChardevParts['parameters'];
  readonly #isKind: ChardevParts['isKind'];
  readonly #muxHotswap: ChardevParts['muxHotswap'];

  constructor({
    chardevs,
    setup,
    parameters,
    isKind,
    muxHotswap,
    yank,
    awaitsMigration,
    isUsed,
    devicesKnown,
  }: ChardevParts) {
    this.#chardevs = chardevs;
    this.#parameters = parameters;
    this.#isKind = isKind;
    this.#muxHotswap = muxHotswap;
    this.#setup = setup;
    this.commands = commandTable({
      'query-chardev': (_args, call) => {
        setup.require(call.name, 'chardevs');
        return chardevs.list().map(({ label, filename, frontendOpen }) => ({
          label,
          filename,
          'frontend-open': frontendOpen,
        }));
      },
      'chardev-add': (args) => {
        const id = args.get('id') as string;
        if (chardevs.find(id) !== undefined) throw genericError(`Chardev with id '${id}' already exists`);
        return opened(
          () => chardevs.add(id, args.get('backend') as QDict),
          (reason) => `Failed to add chardev '${id}': ${reason}`,
        );
      },
      'chardev-remove': (args) => {
        const info = this.#find(args);
        if (chardevs.isBusy(info) || isUsed(info.label)) {
          throw genericError(`Chardev '${info.label}' is busy`);
        }
        if (setup.isUsedBeside(info.label, 'chardev', devicesKnown()))
          notModelled(`whether the chardev ${info.label} is in use`);
        chardevs.remove(info.label);
      },
      'chardev-change': (args) => {
        const id = args.get('id') as string;
        const info = chardevs.find(id);
        if (info === undefined && setup.mayBeMadeUp(id, 'chardevs')) notModelled(`the chardev ${id}`);
        if (info === undefined) throw genericError(`Chardev '${id}' does not exist`);
        if (info.kind === 'mux' || info.kind === 'hub') throw genericError(muxHotswap());
        if (chardevs.isBusy(info)) throw genericError('Chardev user does not support chardev hotswap');
        if (setup.isUsedBeside(id, 'chardev')) notModelled(`whether the chardev ${id} is in use`);
        chardevs.remove(id);
        return opened(
          () => chardevs.add(id, args.get('backend') as QDict),
          (reason) => reason,
        );
      },
      'chardev-send-break': (args) => {
        this.#find(args);
      },
      'ringbuf-write': (args) => {
        const ring = this.#findRing(args);
        const data = args.get('data') as string;
        ring.write(args.get('format') === 'base64' ? fromBase64(data) : encodeUtf8(data));
      },
      'ringbuf-read': (args) => {
        const ring = this.#findRing(args);
        const size = Number(args.get('size'));
        if (size <= 0) throw genericError('size must be greater than zero');
        const bytes = ring.read(size);
        return args.get('format') === 'base64' ? encodeBase64(bytes) : decodeUtf8(bytes);
      },
      'query-yank': (_args, call) => {
        setup.require(call.name, 'chardevs');
        if (awaitsMigration()) notModelled(`${call.name} of a machine that awaits a migration`);
        return chardevs.yankable().map(({ label }) => ({ type: 'chardev', id: label }));
      },
      yank: (args, call) => {
        const labels = new Set(chardevs.yankable().map(({ label }) => label));
        const instances = args.get('instances') as QDict[];
        for (const instance of instances) {
          if (instance.get('type') === 'migration' && awaitsMigration()) notModelled(call.name);
          if (instance.get('type') !== 'chardev' || !labels.has(instance.get('id') as string)) {
            setup.require(call.name, 'chardevs');
            throw new QmpCommandError('DeviceNotFound', 'Instance not found');
          }
        }
        for (const instance of instances) yank(instance.get('id') as string);
      },
    });
  }

  hmpCommands(): HmpTable {
    return new Map([
      ...viaQmp(`
        chardev-remove=chardev-remove id:string
        chardev-send-break=chardev-send-break id:string
        ringbuf_write=ringbuf-write device:string data:string
      `),
      ...hmpTable({
        ringbuf_read: taking('device:string size:integer', (given, { qmp }) => {
          const args = new QDict([
            ['device', String(given.get('device'))],
            ['size', Number(given.get('size'))],
          ]);
          let text = '';
          const complaints = complaintsOf(() => (text = String(qmp('ringbuf-read', args))));
          return complaints.length > 0 ? complaints : printable(text);
        }),
        'chardev-add': taking('args:string', (given, context) =>
          this.#addByLine(String(given.get('args')), context),
        ),
        'chardev-change': taking('id:string args:rest', (given, context) =>
          this.#changeByLine(String(given.get('id')), String(given.get('args')), context),
        ),
      }),
    ]);
  }

  infoTopics(): HmpTable {
    return hmpTable({
      chardev: unlessTouched(this.#setup, ['chardevs'], () =>
        this.#chardevs.list().map(({ label, filename }) => `${label}: filename=${filename}`),
      ),
    });
  }

  #addByLine(line: string, context: HmpContext): readonly string[] {
    const read = chardevOfLine(line, this.#parameters(), this.#isKind);
    if ('lines' in read) return read.lines;
    const { id, backend } = read;
    if (id === undefined) return ['Error: chardev: no id specified'];
    if (this.#chardevs.find(id) !== undefined) {
      return [`Error: attempt to add duplicate property '${id}' to object (type 'container')`];
    }
    return this.#open(id, backend, context);
  }

  #changeByLine(id: string, line: string, context: HmpContext): readonly string[] {
    const read = chardevOfLine(line, this.#parameters(), this.#isKind);
    const info = this.#chardevs.find(id);
    if (info === undefined && 'lines' in read && read.isUnread) return read.lines;
    if (info === undefined) {
      if (this.#setup.mayBeMadeUp(id, 'chardevs')) notModelledLine(context);
      return [`Error: Chardev '${id}' does not exist`];
    }
    if ('lines' in read) return read.lines;
    if (info.kind === 'mux' || info.kind === 'hub') return [`Error: ${this.#muxHotswap()}`];
    if (this.#chardevs.isBusy(info)) return ['Error: Chardev user does not support chardev hotswap'];
    if (read.id !== undefined) notModelledLine(context);
    if (this.#setup.isUsedBeside(id, 'chardev')) notModelledLine(context);
    this.#chardevs.remove(id);
    return this.#open(id, read.backend, context);
  }

  /** Sockets take their time: by a line, they aren't modelled. */
  #open(id: string, backend: QDict, context: HmpContext): readonly string[] {
    if (/^(socket|stdio)$/.test(textOf(backend, 'type'))) notModelledLine(context);
    try {
      const opening = this.#chardevs.add(id, backend);
      opening?.catch(() => {});
      return [];
    } catch (error) {
      if (error instanceof NotModelledError) throw error;
      return [`Error: ${(error as Error).message}`];
    }
  }

  /** `/chardevs`. */
  get mount(): QomMount {
    return {
      path: '/chardevs',
      children: () =>
        this.#chardevs.list().map(({ label, kind = 'socket' }) => ({ name: label, type: `chardev-${kind}` })),
      typeOf: (label) => {
        const info = this.#chardevs.find(label);
        return info === undefined ? undefined : `chardev-${info.kind ?? 'socket'}`;
      },
      properties: (label) => {
        const info = this.#chardevs.find(label);
        return info === undefined ? undefined : propertiesOf(info);
      },
    };
  }

  #find(args: QDict): ChardevInfo {
    const id = args.get('id') as string;
    const info = this.#chardevs.find(id);
    if (info === undefined && this.#setup.mayBeMadeUp(id, 'chardevs')) notModelled(`the chardev ${id}`);
    if (info === undefined) throw genericError(`Chardev '${id}' not found`);
    return info;
  }

  #findRing(args: QDict): RingBuffer {
    const device = args.get('device') as string;
    const isThere = this.#chardevs.find(device) !== undefined;
    if (!isThere && this.#setup.mayHaveBeenMade(device)) notModelled(`the chardev ${device}`);
    if (!isThere) throw genericError(`Device '${device}' not found`);
    const ring = this.#chardevs.ring(device);
    if (ring === undefined) throw genericError(`${device} is not a ringbuf device`);
    return ring;
  }
}

function* propertiesOf({ kind = 'socket', filename }: ChardevInfo): Iterable<[string, PropertyView]> {
  yield ['type', textProperty(`chardev-${kind}`)];
  if (kind !== 'socket') return;
  const connected = !filename.startsWith('disconnected:');
  yield ['connected', { type: 'bool', value: connected, writable: false }];
  yield ['addr', { type: 'SocketAddress', value: undefined, writable: false }];
}

/** Runs `open`, which may take its time, and words its failure. */
function opened(open: () => void | Promise<void>, word: (reason: string) => string): unknown {
  const fail = (error: unknown): never => {
    if (error instanceof NotModelledError) throw error;
    throw genericError(word((error as Error).message));
  };
  try {
    return open()?.catch(fail);
  } catch (error) {
    return fail(error);
  }
}

function fromBase64(text: string): Uint8Array {
  if (/[^A-Za-z0-9+/=\r\n]/.test(text)) throw genericError('Base64 data contains invalid characters');
  return decodeBase64(text);
}

/** Lines of a ring buffer as the human monitor prints them: what can't be printed as its number. */
function printable(text: string): readonly string[] {
  return text.split('\n').map((line) => [...line].map((character) => escaped(character)).join(''));
}

function escaped(character: string): string {
  if (character === '\\') return '\\\\';
  const code = character.codePointAt(0) ?? 0;
  const isPrintable = (code >= SPACE && code !== DELETE) || character === '\t';
  return isPrintable ? character : `\\u${code.toString(16).padStart(4, '0').toUpperCase()}`;
}
