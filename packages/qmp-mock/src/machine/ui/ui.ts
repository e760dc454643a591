import type { Screen } from '../guest/screen.ts';
import type { InputCommands } from './input/input-commands.ts';
import type { VncServer } from './vnc/vnc-server.ts';

/** Screen, keyboard and mouse of a machine, for those who show it: its VNC servers. */
export interface MachineUi {
  /** The servers of the command line, in its order. */
  readonly vnc: readonly VncServer[];
  readonly screen: Screen;
  readonly input: InputCommands;
  /** Whether the guest uses a tablet, rather than a mouse. */
  readonly isAbsolute: () => boolean;
}
