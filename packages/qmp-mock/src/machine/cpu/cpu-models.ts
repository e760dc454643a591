import { QDict } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { commandTable, genericError, textOf, type CommandTable } from '../command.ts';
import type { Recording } from '../recording.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';
import type { CpuModelTable } from './cpu-model-table.ts';

/** Parts of the machine that {@link CpuModels} needs. */
export interface CpuModelsParts {
  readonly table: () => CpuModelTable;
  readonly setup: Setup;
  readonly recording: Recording;
  /** Whether the machine is of the newest type of its kind: types of older versions change CPU models. */
  readonly isNewest: () => boolean;
}

/** CPU models and what they consist of (`qapi/machine-target.json`). */
export class CpuModels implements Subsystem {
  readonly commands: CommandTable;
  readonly #parts: CpuModelsParts;

  constructor(parts: CpuModelsParts) {
    this.#parts = parts;
    this.commands = commandTable({
      'query-cpu-definitions': () => {
        const models = parts.recording.reply('query-cpu-definitions');
        const { accelerator } = parts.setup;
        if (accelerator === 'tcg' || !Array.isArray(models)) return models;
        if (accelerator !== 'kvm') parts.setup.require('query-cpu-definitions', 'accelerator');
        // What a CPU lacks depends on the host; without the member QEMU tells that it doesn't know.
        return models.map((model: QDict) => {
          const known = new QDict(model);
          known.delete('unavailable-features');
          return known;
        });
      },
      'query-cpu-model-expansion': (args, call) => {
        parts.setup.require(call.name, 'accelerator');
        if (!parts.isNewest()) notModelled(`${call.name} of a machine of an older type`);
        return this.#expand(textOf(args, 'type'), args.get('model') as QDict, call.name);
      },
    });
  }

  #expand(type: string, model: QDict, what: string): unknown {
    const table = this.#parts.table();
    const given = model.get('props');
    const props = given instanceof QDict ? given : new QDict();
    let name = textOf(model, 'name');
    let expansion: 'static' | 'full' | 'chain' = type === 'full' ? 'full' : 'static';
    if (props.size > 0) {
      // Clients ask for all properties of the model that a static expansion gave them.
      const expanded = name === 'base' && type === 'full' ? table.withProps(props) : undefined;
      name = expanded ?? notModelled(`${what} of ${name} with such properties`);
      expansion = 'chain';
    }
    const found = table.find(name, expansion) ?? notModelled(`${what} of ${name}`);
    if ('error' in found) throw genericError(found.error);
    return new QDict([
      [
        'model',
        new QDict([
          ['name', found.name],
          ['props', found.props],
        ]),
      ],
    ]);
  }
}
