import { schemaOf } from '../../engine/schema/schema.ts';
import type { Guest } from '../guest/guest.ts';
import type { ReceivedInput } from '../guest/input.ts';
import { Screen, type ScreenPicture } from '../guest/screen.ts';
import type { Device } from '../qdev/device-tree.ts';
import type { Devices } from '../qdev/devices.ts';
import type { Subsystem } from '../subsystem.ts';
import { Displays } from '../ui/displays.ts';
import { InputCommands } from '../ui/input/input-commands.ts';
import { keyCodes } from '../ui/input/key-codes.ts';
import type { MachineUi } from '../ui/ui.ts';
import { VncCommands } from '../ui/vnc/vnc-commands.ts';
import { makeVncServers } from '../ui/vnc/vnc-servers.ts';
import { fileAccess, type AssemblyContext } from './context.ts';

/** Parts of the machine that {@link UserInterface} needs. */
export interface UserInterfaceParts {
  readonly guest: () => Guest;
  readonly devices: () => Devices;
  readonly received: ReceivedInput;
  readonly hasDescriptor: (name: string) => boolean;
}

/** The screen of a machine, its keyboard and mouse, and the servers that show them to somebody. */
export class UserInterface {
  readonly screen: Screen = new Screen(() => this.#idleScreen);
  readonly ui: MachineUi;
  readonly vnc: VncCommands;
  readonly subsystems: readonly Subsystem[];
  readonly #context: AssemblyContext;
  readonly #devices: () => Devices;

  constructor(context: AssemblyContext, { guest, devices, received, hasDescriptor }: UserInterfaceParts) {
    this.#context = context;
    this.#devices = devices;
    const { profile, rules, options, given, host, board, setup, recording, power } = context;
    const screens = (): ReadonlyMap<string, string> => this.#screens;
    const input = new InputCommands({
      rules,
      board,
      setup,
      models: () => devices().plugged.map(({ type }) => type),
      hasLost: (pattern) => devices().hasLost(pattern),
      isUntouched: () => power.isUntouched,
      received,
      isAwake: () => power.running || power.state === 'suspended',
      keys: () => keyCodes(schemaOf(profile)),
      screens,
    });
    // In seconds since 1970.
    const now = (): number => host.clock.now() / 1_000_000;
    const vnc = makeVncServers({
      given,
      host: host.vnc,
      emit: context.emit,
      now,
      credentials: (id) => options.objects?.find((object) => object.id === id)?.type,
    });
    this.ui = {
      vnc,
      screen: this.screen,
      input,
      isAbsolute: () => power.hasRun && guest().present && input.handlers.hasTablet,
    };
    this.vnc = new VncCommands({ rules, setup, servers: vnc, host: host.vnc, now, hasDescriptor });
    const displays = new Displays({
      rules,
      setup,
      recorded: (query) => recording.reply(query),
      screens,
      mayHaveScreen: () => this.#mayHaveScreen,
      screen: this.screen,
      ...fileAccess(host),
    });
    this.subsystems = [displays, this.vnc, input];
  }

  /** The graphics cards that are plugged in. */
  get #cards(): readonly Device[] {
    return this.#devices().inCategory('Display');
  }

  /** Types of the graphics cards that have an id, by it. */
  get #screens(): ReadonlyMap<string, string> {
    return new Map(this.#cards.flatMap(({ id, type }) => (id === undefined ? [] : [[id, type]])));
  }

  /** Whether there may be a graphics card: that of `-vga` or of the board, or one that is plugged in. */
  get #mayHaveScreen(): boolean {
    const { given, board } = this.#context;
    if (this.#cards.length > 0) return true;
    const vga = given.findLast(({ name }) => name === 'vga')?.argument;
    if (vga !== undefined) return vga !== 'none';
    return !given.some(({ name }) => name === 'nodefaults') && board.family?.hasPs2 === true;
  }

  /** Size of a screen that nobody has given a picture: text of 80 by 25 once the firmware has run. */
  get #idleScreen(): Pick<ScreenPicture, 'width' | 'height'> {
    const isText = this.#context.power.hasRun && this.#mayHaveScreen;
    return isText ? { width: 720, height: 400 } : { width: 640, height: 480 };
  }
}
