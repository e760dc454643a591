import { schemaOf } from '../../engine/schema/schema.ts';
import { checkOptions } from '../../engine/schema/check-options.ts';
import { parseKeyval } from './keyval.ts';
import { refuse } from './start-error.ts';
import type { StartOption } from './start-option.ts';
import { parseJsonArgument } from './json-argument.ts';
import type { ArgumentContext } from './argument-context.ts';

/** Drivers of versions whose schema doesn't list them. */
const DRIVERS = ['none', 'alsa', 'dbus', 'jack', 'oss', 'pa', 'sdl', 'spice', 'wav'];
/** Members that every driver has, or one of them. */
const MEMBERS =
  /^(driver|id|timer-period|path|server|dev|exclusive|dsp-policy|try-mmap|threshold|(in|out)(\.[\w-]+)?)$/;
const SIDE =
  /^(in|out)\.(mixing-engine|fixed-settings|frequency|channels|voices|format|buffer-length|buffer-count|name|latency|dev|period-length|try-poll|stream-name|server-name|client-name|connect-ports|start-server|exact-name)$/;

/** `-audiodev`, while the options are read (`audio_parse_option`). */
export function checkAudioArgument(option: StartOption, { profile }: ArgumentContext): void {
  const schema = schemaOf(profile);
  const type = schema.commands.get('query-audiodevs')?.retType;
  const entry = type === undefined ? undefined : schema.type(type);
  if (entry?.['meta-type'] === 'array' && !option.isJson) {
    const refusal = checkOptions(
      schema,
      entry['element-type'],
      parseKeyval(option.argument, 'driver'),
      'keyval',
    );
    if (refusal !== undefined) refuse(refusal);
    return;
  }
  if (option.isJson) parseJsonArgument(option.argument, profile);
  checkByName(option);
}

function checkByName({ values }: StartOption): void {
  if (!values.has('id')) refuse("Parameter 'id' is missing");
  const driver = values.get('driver');
  if (driver === undefined) refuse("Parameter 'driver' is missing");
  const period = values.get('timer-period');
  if (!DRIVERS.includes(driver)) refuse(`Parameter 'driver' does not accept value '${driver}'`);
  if (period !== undefined && !/^\d+$/.test(period)) refuse("Parameter 'timer-period' expects integer");
  for (const name of values.keys()) {
    if (MEMBERS.test(name) && (!name.includes('.') || SIDE.test(name))) continue;
    refuse(`Parameter '${name}' is unexpected`);
  }
}

/** `-audio`: a driver, and a card on it. */
export function checkSoundArgument(option: StartOption): void {
  const driver = option.get('driver');
  if (driver === undefined || driver === 'help') return;
  if (!DRIVERS.includes(driver) && driver !== 'pipewire' && driver !== 'sndio') {
    refuse(`Parameter 'driver' does not accept value '${driver}'`);
  }
}
