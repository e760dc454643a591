import { table } from '../../docs/options.ts';
import { recordedVersions } from '../../lib/versions.ts';
import { byVersion, counts } from './by-version.ts';
import { commandCells, humanCells } from './commands.ts';
import { deviceCells } from './devices.ts';
import { optionCells } from './options.ts';

const isModelled = (cell: string): boolean => /^(?:modelled|recorded|by its argument|refused, as)/.test(cell);

/** Pages that say of each command, option and device how the mock has it, made from its code and data. */
export function modelledPages(): ReadonlyMap<string, string> {
  const row = (name: string, cells: (version: string) => ReadonlyMap<string, string>): string[] => [
    name,
    ...counts(cells, isModelled),
  ];
  return new Map([
    [
      'modelled/index.md',
      `# What is modelled

Made from the code and the recorded data of each version. What isn't here, the version doesn't have, and the mock refuses it as QEMU does.

${table(
  ['modelled, or refused as by QEMU', ...recordedVersions()],
  [
    row('[QMP commands](commands.md)', commandCells),
    row('[the human monitor](human-monitor.md)', humanCells),
    row('[options of the command line](options.md)', optionCells),
    row('[devices](devices.md)', deviceCells),
  ],
)}

- **Modelled**: the mock carries it out, or refuses it as QEMU does, as far as the state that it keeps goes.
- **Recorded**: a query that is answered as an idle QEMU answered it, as long as the machine is in the state that was recorded.
- **Checked only**: it's checked, and refused in QEMU's words if it is wrong. If it is right, it's [not modelled](../not-modelled.md), and the
  mock says so.
`,
    ],
    [
      'modelled/commands.md',
      `# QMP commands

Arguments of every command are checked as QEMU checks them. [What the words mean](index.md)

${byVersion('command', commandCells)}
`,
    ],
    [
      'modelled/human-monitor.md',
      `# The human monitor

By \`human-monitor-command\`, or by a monitor of its own (\`-monitor\`). [What the words mean](index.md)

${byVersion('command', humanCells)}
`,
    ],
    [
      'modelled/options.md',
      `# Options of the command line

Every option is read and checked as QEMU reads and checks it.

- **Modelled**: no answer depends on it that the mock doesn't know.
- **By its argument**: what the mock knows depends on what the option says. \`-device virtio-rng-pci\` is modelled, and a device that
  [isn't](devices.md) makes answers about its parts of the machine not modelled.
- **Touches**: answers about these parts are modelled only as far as the mock knows what the option brought.
- **Checked only**: no answer about the machine is modelled beside it.

${byVersion('option', optionCells)}
`,
    ],
    [
      'modelled/devices.md',
      `# Devices

Each model was plugged into a real QEMU of the version. [What the words mean](index.md); \`MODEL,help\` lists the properties of each.

- **Modelled at the start**: QEMU refuses it while the machine runs, and so does the mock.
- **Needs properties**: QEMU refuses it without some, such as a drive or a backend.
- **Refused**: QEMU itself refuses it as a device of a user's.

${byVersion('model', deviceCells)}
`,
    ],
  ]);
}
