import { machineRules } from '../../machine/machine-rules.ts';
import { parseBoolean } from '../command-line/qemu-opts.ts';
import type { StartOption } from '../command-line/start-option.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { refuse } from '../command-line/start-error.ts';
import type { StartContext } from './start-context.ts';

const THREADS = ['single', 'multi'];

/**
 * `-accel`, and `accel` of `-machine`, of which the first that is there is taken (`configure_accelerators`).
 */
export function checkAccelerators(context: StartContext): void {
  chooseAccelerator(context);
  warnOfAge(context);
}

function chooseAccelerator(context: StartContext): void {
  checkInstructionCount(context);
  const options = context.of('accel');
  const list = context.has('enable-kvm') ? 'kvm' : context.properties.get('accel');
  if (options.length > 0 && list !== undefined) {
    refuse('The -accel and "-machine accel=" options are incompatible');
  }
  const asked = options.length > 0 ? options : (list?.split(':') ?? ['tcg']);
  let failed: { text: string; option: StartOption | undefined } | undefined;
  for (const one of asked) {
    const option = typeof one === 'string' ? undefined : one;
    const name = typeof one === 'string' ? one : (one.get('accel') ?? '');
    if (failed !== undefined) context.say(failed.text, failed.option?.location);
    failed = undefined;
    const whyNot = name === 'kvm' ? context.whyNoKvm() : undefined;
    if (whyNot !== undefined) {
      const { kvmFailureNamed } = machineRules(context.profile);
      context.say(`Could not access KVM kernel module: ${whyNot}`, kvmFailureNamed ? option?.location : '');
      failed = { text: `failed to initialize kvm: ${whyNot}`, option };
    } else if (context.types.has(`${name}-accel`)) {
      if (option !== undefined) checkProperties(context, option, name);
      if (one !== asked[0]) context.say(`falling back to ${name}`);
      if (name !== 'tcg' && context.has('icount'))
        refuse('-icount is not allowed with hardware virtualization');
      return;
    } else {
      failed = { text: `invalid accelerator ${name}`, option };
    }
  }
  if (failed !== undefined) refuse(failed.text, failed.option);
}

/** Machine types that are going, and why. */
function warnOfAge(context: StartContext): void {
  const { name, deprecated } = context.machine;
  const [, major, minor] = /-(\d+)\.(\d+)/.exec(name) ?? [];
  if (!deprecated || major === undefined) return;
  const isAncient = Number(major) * 100 + Number(minor) < 204;
  const reason = isAncient
    ? 'old and unattended - use a newer version instead'
    : 'machines more than 3 years old are subject to deletion after 6 years';
  context.warn(`Machine type '${name}' is deprecated: ${reason}`);
}

function checkProperties(context: StartContext, option: StartOption, name: string): void {
  const type = `${name}-accel`;
  const properties = context.types.properties(type);
  for (const [key, value] of option.values) {
    if (key === 'accel') continue;
    const property = properties?.find((one) => one.name === key);
    if (properties !== undefined && property === undefined)
      refuse(`Property '${type}.${key}' not found`, option);
    if (key === 'thread') {
      if (!THREADS.includes(value)) refuse(`Invalid 'thread' setting ${value}`, option);
      if (value === 'multi' && context.has('icount')) refuse('No MTTCG when icount is enabled', option);
    } else if (property?.type === 'bool' && parseBoolean(value) === undefined) {
      refuse(`Parameter '${key}' expects 'on' or 'off'`, option);
    } else if (property?.type === 'int' && !/^\d+$/.test(value)) {
      refuse(`Parameter '${key}' expects uint64`, option);
    }
  }
}

/** `-icount` (`icount_configure` in `accel/tcg/icount-common.c`). */
function checkInstructionCount(context: StartContext): void {
  const option = context.last('icount');
  if (option === undefined) return;
  const shift = option.get('shift');
  const align = parseBoolean(option.get('align') ?? 'off') === true;
  if (option.values.has('rr')) notModelled('record and replay');
  if (shift === undefined) {
    if (align) refuse('Please specify shift option when using align', option);
    return;
  }
  const isNumber = /^\d+$/.test(shift);
  if (align && parseBoolean(option.get('sleep') ?? 'on') === false) {
    refuse('align=on and sleep=off are incompatible', option);
  }
  if (shift !== 'auto' && (!isNumber || Number(shift) > 10)) refuse('icount: Invalid shift value', option);
}
