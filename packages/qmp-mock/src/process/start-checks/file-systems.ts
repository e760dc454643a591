import type { StartOption } from '../command-line/start-option.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

const DRIVERS = ['local', 'synth', 'proxy'];
const MODELS = ['passthrough', 'mapped', 'mapped-xattr', 'mapped-file', 'none'];
const VALID = ['Valid options are: security_model=[passthrough|mapped-xattr|mapped-file|none]'];

/** `-fsdev` and `-virtfs` (`qemu_fsdev_add` in QEMU's `fsdev/`). */
export function checkFileSystems(context: StartContext): void {
  for (const option of context.of('fsdev', 'virtfs')) {
    const { values } = option;
    if (option.name === 'fsdev' && !values.has('id')) refuse('fsdev: No id specified', option);
    const driver = values.get('fsdriver') ?? '';
    if (!DRIVERS.includes(driver)) refuse(`fsdev: fsdriver ${driver} not found`, option);
    if (driver === 'proxy') notModelled('file systems over a proxy');
    if (driver === 'local') checkLocal(context, option);
  }
}

function checkLocal(context: StartContext, option: StartOption): void {
  const { values } = option;
  const model = values.get('security_model');
  if (model === undefined) refuse('security_model property not set', option, VALID);
  if (!MODELS.includes(model)) refuse(`invalid security_model property '${model}'`, option, VALID);
  if (!values.has('path')) refuse('path property not set', option);
  for (const mode of ['fmode', 'dmode']) {
    if (values.has(mode) && !model.startsWith('mapped')) {
      refuse(`${mode} is only valid for mapped security modes`, option);
    }
  }
  if (option.name === 'virtfs' && context.file.peek(values.get('path') ?? '')?.kind !== 'directory') {
    notModelled('a folder that is not there');
  }
}
