import {
  commandTable,
  deviceNotActive,
  deviceNotFound,
  genericError,
  textOf,
  type CommandTable,
} from '../command.ts';
import type { Screen, ScreenPicture } from '../guest/screen.ts';
import { complaintsOf, hmpTable, notModelledLine, onlyUsage, taking, type HmpTable } from '../hmp/command.ts';
import { viaQmp } from '../hmp/via-qmp.ts';
import type { MachineRules } from '../machine-rules.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { QDict, type QValue } from '../../engine/json/value.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import { pngOf, ppmOf } from './picture.ts';

/** Parts of the machine that {@link Displays} needs. */
export interface DisplaysParts {
  readonly rules: Pick<MachineRules, 'screendumpCreate'>;
  readonly setup: Setup;
  /** An idle machine's answer to a query. */
  readonly recorded: (query: string) => unknown;
  /** Models of the graphics cards that have an id, by it. */
  readonly screens: () => ReadonlyMap<string, string>;
  /** Whether there is a graphics card. */
  readonly mayHaveScreen: () => boolean;
  /** The screen of the first of them. */
  readonly screen: Screen;
  /** Reason why a file could not be written, or `undefined` if it could. */
  readonly whyNotWritable: (path: string) => string | undefined;
  /** Writes a file; left out if the program can't. */
  readonly writeFile: ((path: string, bytes: Uint8Array) => void) | undefined;
}

/** Cards that may have more than one screen. */
const MANY_HEADS = /^(virtio-(gpu|vga)|qxl|vhost-user-)/;

/** Screens, and displays of the host's (`qapi/ui.json`). There is no display of the host's. */
export class Displays implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: DisplaysParts;

  constructor(parts: DisplaysParts) {
    this.#parts = parts;
    const { setup, recorded } = parts;
    this.commands = commandTable({
      'query-spice': (_args, call) => {
        if (setup.has('spice')) notModelled(`${call.name} with -spice`);
        return recorded(call.name);
      },
      'query-display-options': (_args, call) => {
        setup.require(call.name, 'displays');
        return recorded(call.name);
      },
      client_migrate_info: (args, call) => {
        if (args.get('protocol') !== 'spice') throw genericError("Parameter 'protocol' expects 'spice'");
        if (setup.has('spice')) notModelled(`${call.name} with -spice`);
        throw deviceNotActive('SPICE is not in use');
      },
      screendump: (args, call) => {
        if (args.has('head') && !args.has('device')) {
          throw genericError("'head' must be specified together with 'device'");
        }
        const picture = this.#pictureOf(args, call.name);
        this.#write(textOf(args, 'filename'), () =>
          args.get('format') === 'png' ? pngOf(picture) : ppmOf(picture),
        );
      },
    });
  }

  hmpCommands(): HmpTable {
    return new Map([
      ...viaQmp(`
        client_migrate_info=client_migrate_info protocol:string hostname:string port:integer? tls-port:integer? cert-subject:string?
      `),
      ...hmpTable({
        screendump: taking('filename:file device:string? head:integer?', (given, context) => {
          // A format may stand between the others.
          if (String(given.get('device') ?? '').startsWith('-')) notModelledLine(context);
          const args = new QDict([...given].map(([name, value]) => [name, asArgument(value)]));
          return complaintsOf(() => context.qmp('screendump', args));
        }),
        stopcapture: taking('n:integer', () => []),
        wavcapture: onlyUsage('path:file audiodev:string'),
      }),
    ]);
  }

  infoTopics(): HmpTable {
    const { setup } = this.#parts;
    return hmpTable({
      spice: (context) => (setup.has('spice') ? notModelledLine(context) : ['Server: disabled']),
    });
  }

  /** The picture that a `screendump` is of. Throws QEMU's refusal if there is none. */
  #pictureOf(args: QDict, what: string): ScreenPicture {
    const { screens, setup, mayHaveScreen, screen } = this.#parts;
    if (args.has('device')) {
      const id = textOf(args, 'device');
      const model = screens().get(id);
      if (model === undefined) {
        if (setup.mayName(id, 'consoles', 'devices')) notModelled(`${what} of ${id}`);
        throw deviceNotFound(id);
      }
      const head = Number(args.get('head') ?? 0);
      if (head > 0 && MANY_HEADS.test(model)) notModelled(`${what} of another head of ${model}`);
      if (head > 0) throw genericError(`Device ${id} (head ${head}) is not bound to a QemuConsole`);
    } else if (!mayHaveScreen()) {
      setup.require(what, 'consoles');
      throw genericError('There is no console to take a screendump from');
    }
    return screen.picture;
  }

  #write(path: string, bytes: () => Uint8Array): void {
    const { whyNotWritable, writeFile } = this.#parts;
    const why = whyNotWritable(path);
    if (why !== undefined) {
      throw genericError(`${this.#parts.rules.screendumpCreate.replaceAll('%', () => path)}: ${why}`);
    }
    if (writeFile === undefined) notModelled('the picture of a screen here');
    writeFile(path, bytes());
  }
}

const asArgument = (value: string | bigint | boolean): QValue =>
  typeof value === 'bigint' ? Number(value) : value;
