import type { StartOption } from '../command-line/start-option.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

const TYPES = ['passthrough', 'emulator'];
const SUPPORTED = [
  'Supported TPM types (choose only one):',
  ' passthrough   Passthrough TPM backend driver',
  '    emulator   TPM emulator backend driver',
];
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  passthrough: ['path', 'cancel-path'],
  emulator: ['chardev'],
};

/**
 * `-tpmdev` (`tpm_init_tpmdev` in QEMU's `system/tpm.c`): its backends are a device of the host's, or a
 * program.
 */
export function checkTpm(context: StartContext): void {
  for (const option of context.of('tpmdev')) {
    const { values } = option;
    const type = values.get('type');
    if (!values.has('id')) refuse("Parameter 'id' is missing", option);
    if (type === undefined) refuse("Parameter 'type' is missing", option, SUPPORTED);
    if (!TYPES.includes(type)) refuse("Parameter 'type' expects a TPM backend type", option, SUPPORTED);
    for (const name of values.keys()) {
      if (name === 'id' || name === 'type' || PARAMETERS[type]?.includes(name) === true) continue;
      refuse(`Invalid parameter '${name}'`, option);
    }
    if (type === 'emulator') checkEmulator(context, option);
    else checkDevice(context, option);
  }
}

function checkEmulator({ hasChardev }: StartContext, option: StartOption): void {
  const chardev = option.get('chardev');
  if (chardev === undefined) refuse("tpm-emulator: parameter 'chardev' is missing", option);
  if (!hasChardev(chardev)) refuse(`tpm-emulator: tpm chardev '${chardev}' not found`, option);
  notModelled('TPM emulators');
}

function checkDevice({ file }: StartContext, option: StartOption): void {
  const path = option.get('path') ?? '/dev/tpm0';
  const why = file.whyNotReadable(path);
  if (why !== undefined) refuse(`Cannot access TPM device using '${path}': ${why}`, option);
  notModelled('TPM devices of the host');
}
