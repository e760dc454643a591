import { notModelled } from '../../../engine/not-modelled.ts';
import { QDict, type QValue } from '../../../engine/json/value.ts';
import { commandTable, deviceNotFound, genericError, textOf, type CommandTable } from '../../command.ts';
import type { ReceivedInput } from '../../guest/input.ts';
import {
  complaintsOf,
  hmpTable,
  showing,
  taking,
  type HmpContext,
  type HmpTable,
} from '../../hmp/command.ts';
import type { MachineRules } from '../../machine-rules.ts';
import type { Subsystem } from '../../subsystem.ts';
import { InputHandlers, type InputParts } from './input-handlers.ts';
import { keyOfNumber } from './key-names.ts';

/** Parts of the machine that {@link InputCommands} needs. */
export interface InputCommandsParts extends InputParts {
  readonly rules: Pick<MachineRules, 'mouseErrorPrefix'>;
  /** Everything that the guest receives. */
  readonly received: ReceivedInput;
  /** Whether the guest's CPUs run, or it sleeps: it doesn't receive anything else. */
  readonly isAwake: () => boolean;
  /** Names of keys (`QKeyCode`). */
  readonly keys: () => ReadonlySet<string>;
  /** Models of the graphics cards that have an id, by it. */
  readonly screens: () => ReadonlyMap<string, string>;
}

/** A mouse in `query-mice`. */
interface Mouse {
  readonly index: number;
  readonly name: string;
  readonly current: boolean;
  readonly absolute: boolean;
}

/** Bits of the argument of `mouse_button`. */
const BUTTONS = [
  ['left', 1],
  ['middle', 4],
  ['right', 2],
] as const;

const LARGEST_INT = 2 ** 31 - 1;

/** Keyboards, mice and tablets (`ui/input.c`, `ui/input-legacy.c`). */
export class InputCommands implements Subsystem {
  readonly commands: CommandTable;
  readonly handlers: InputHandlers;
  readonly #parts: InputCommandsParts;
  /** Buttons that `mouse_button` holds down. */
  #buttons = 0;

  constructor(parts: InputCommandsParts) {
    this.#parts = parts;
    this.handlers = new InputHandlers(parts);
    this.commands = commandTable({
      'query-mice': (_args, call) => this.#mice(call.name),
      'send-key': (args) => this.#sendKeys((args.get('keys') as QDict[]).map(keyOf)),
      'input-send-event': (args, call) => this.#sendEvents(args, call.name),
    });
  }

  hmpCommands(): HmpTable {
    return hmpTable({
      mouse_move: taking('dx:string dy:string dz:string?', (given) => {
        this.move(integerOf(given.get('dx')), integerOf(given.get('dy')));
        const wheel = integerOf(given.get('dz'));
        if (wheel === 0) return [];
        for (const down of [true, false]) this.button(wheel > 0 ? 'wheel-up' : 'wheel-down', down);
        return [];
      }),
      mouse_button: taking('state:integer', (given) => {
        const state = Number(given.get('state'));
        for (const [button, bit] of BUTTONS) {
          if ((state & bit) !== (this.#buttons & bit)) this.button(button, (state & bit) !== 0);
        }
        this.#buttons = state;
        return [];
      }),
      mouse_set: taking('index:integer', (given, context) =>
        this.#setMouse(Number(given.get('index')), context),
      ),
      sendkey: taking('keys:string hold-time:integer?', (given, { qmp }) => {
        const keys = this.#readKeys(String(given.get('keys')));
        if (typeof keys === 'string') return [`invalid parameter: ${keys}`];
        return complaintsOf(() => qmp('send-key', new QDict([['keys', keys]])));
      }),
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({ mice: showing<readonly Mouse[]>('query-mice', miceLines) });
  }

  /** A key goes down or up, by its name. */
  key(key: string, down: boolean): void {
    if (this.#receives('key')) this.#parts.received.add({ type: 'key', key, down });
  }

  /** A button goes down or up. */
  button(button: string, down: boolean): void {
    if (this.#receives('btn')) this.#parts.received.add({ type: 'btn', button, down });
  }

  /** The mouse moves. */
  move(x: number, y: number): void {
    if (!this.#receives('rel')) return;
    this.#parts.received.add({ type: 'rel', axis: 'x', value: x });
    this.#parts.received.add({ type: 'rel', axis: 'y', value: y });
  }

  /** The tablet's pen is at a place, from 0 to 32 767. */
  place(x: number, y: number): void {
    if (!this.#receives('abs')) return;
    this.#parts.received.add({ type: 'abs', axis: 'x', value: x });
    this.#parts.received.add({ type: 'abs', axis: 'y', value: y });
  }

  #receives(type: string): boolean {
    return this.#parts.isAwake() && this.handlers.mayTake(type);
  }

  #sendKeys(keys: readonly string[]): void {
    if (!this.#parts.isAwake()) return;
    for (const key of keys) this.key(key, true);
    for (const key of keys.toReversed()) this.key(key, false);
  }

  #sendEvents(args: QDict, command: string): void {
    const { setup, isAwake, screens, received } = this.#parts;
    if (args.has('device')) {
      const id = textOf(args, 'device');
      if (!screens().has(id)) {
        if (setup.mayName(id, 'consoles', 'devices')) notModelled(`${command} of ${id}`);
        throw deviceNotFound(id);
      }
      if (Number(args.get('head') ?? 0) > 0) notModelled(`${command} of another head of ${id}`);
    }
    if (!isAwake()) throw genericError('VM not running');
    const events = args.get('events') as QDict[];
    for (const event of events) {
      const type = textOf(event, 'type');
      if (!this.handlers.take(type, command))
        throw genericError(`Input handler not found for event type ${type}`);
    }
    for (const event of events) {
      const type = textOf(event, 'type');
      const data = event.get('data') as QDict;
      const down = data.get('down') === true;
      if (type === 'key') received.add({ type, key: keyOf(data.get('key') as QDict), down });
      if (type === 'btn') received.add({ type, button: textOf(data, 'button'), down });
      if (type === 'rel' || type === 'abs') {
        const axis = textOf(data, 'axis') === 'y' ? 'y' : 'x';
        received.add({ type, axis, value: Number(data.get('value')) });
      }
    }
  }

  #mice(what: string): Mouse[] {
    return this.handlers
      .inOrder(what)
      .filter(({ kind }) => kind === 'mouse' || kind === 'tablet')
      .map(({ index, name, kind }, order) => ({
        index,
        name,
        current: order === 0,
        absolute: kind === 'tablet',
      }))
      .toReversed();
  }

  #setMouse(index: number, { line }: HmpContext): readonly string[] {
    const { mouseErrorPrefix } = this.#parts.rules;
    const found = this.handlers.inOrder(`the human monitor's "${line}"`).find((one) => one.index === index);
    if (found === undefined) return [`${mouseErrorPrefix}Mouse at index '${index}' not found`];
    if (found.kind !== 'mouse' && found.kind !== 'tablet') {
      return [`${mouseErrorPrefix}Input device '${found.name}' is not a mouse`];
    }
    this.handlers.activate(index);
    return [];
  }

  /** `ctrl-alt-f1`, or numbers such as `0x1e`; gives the part that is neither (`hmp_sendkey`). */
  #readKeys(text: string): QDict[] | string {
    const keys: QDict[] = [];
    for (const part of text.split('-')) {
      const name = part === '<' ? 'less' : part;
      if (name.startsWith('0x')) {
        const number = /^0x[0-9a-f]+$/i.test(name) ? Number(name) : NaN;
        if (Number.isNaN(number)) return name;
        // Versions read larger numbers in different ways.
        if (number > LARGEST_INT) notModelled(`the number ${name} of a key`);
        keys.push(keyValue('number', number));
      } else if (this.#parts.keys().has(name)) {
        keys.push(keyValue('qcode', name));
      } else {
        return name;
      }
    }
    return keys;
  }
}

const keyValue = (type: string, data: QValue): QDict =>
  new QDict([
    ['type', type],
    ['data', data],
  ]);

/** The name of a `KeyValue` of the schema. */
function keyOf(value: QDict): string {
  const data = value.get('data');
  return typeof data === 'string' ? data : keyOfNumber(Number(data));
}

/** As C's `strtol` reads it. */
function integerOf(text: string | bigint | boolean = ''): number {
  const [sign = '', hex, digits = '0'] = /^\s*([+-]?)(0x)?([0-9a-f]+)/i.exec(String(text))?.slice(1) ?? [];
  const octal = hex === undefined && digits.startsWith('0');
  const value = Number.parseInt(digits, hex === undefined ? (octal ? 8 : 10) : 16);
  return Number.isNaN(value) || value === 0 ? 0 : sign === '-' ? -value : value;
}

function miceLines(list: readonly Mouse[]): string[] {
  if (list.length === 0) return ['No mouse devices connected'];
  return list.map(
    ({ index, name, current, absolute }) =>
      `${current ? '*' : ' '} Mouse #${index}: ${name}${absolute ? ' (absolute)' : ''}`,
  );
}
