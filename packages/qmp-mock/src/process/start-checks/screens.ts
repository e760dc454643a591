import { parseBoolean } from '../command-line/qemu-opts.ts';
import { refuse, StartError } from '../command-line/start-error.ts';
import { whyNotBound } from './bind.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import { optionValues } from '../../machine/setup/option-values.ts';
import { vncArgument } from '../../machine/ui/vnc/vnc-options.ts';
import type { StartContext } from './start-context.ts';

/** Kinds of `-vga` (`vga_interfaces` in `system/vl.c`), and the types without which a binary lacks them. */
const GRAPHICS: Readonly<Record<string, string | undefined>> = {
  none: undefined,
  std: 'VGA',
  cirrus: 'cirrus-vga',
  vmware: 'vmware-svga',
  qxl: 'qxl-vga',
  virtio: 'virtio-vga',
};
/** Kinds that no x86 binary has. */
const ELSEWHERE: Readonly<Record<string, string>> = { tcx: 'TCX', cg3: 'CG3' };
/** Boards that make the graphics card that `-vga` asks for. */
const WITH_GRAPHICS = new Set(['pc', 'q35', 'isapc']);
/** Cards that need PCI. */
const ON_PCI = new Set(['qxl', 'virtio', 'vmware']);

/** Displays that need a screen of the host's. */
export function checkDisplay(context: StartContext): void {
  const option = context.last('display');
  if (option === undefined) return;
  const kind = option.get('type') ?? '';
  if (option.argument.startsWith('vnc')) return;
  const gl = option.get('gl');
  if (option.get('window-close') !== undefined && kind !== 'gtk' && kind !== 'sdl') {
    context.say('window-close is only valid for GTK and SDL, ignoring option');
  }
  if (kind === 'none' && (gl === undefined || gl === 'off')) return;
  notModelled(kind === 'none' ? 'OpenGL' : `the display ${kind}`);
}

/** `-vga` (`select_vgahw`). */
export function checkGraphics(context: StartContext): void {
  const kind = context.last('vga')?.argument;
  if (kind === undefined) return;
  const [name = '', ...rest] = kind.split(',');
  const missing = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
  if (missing !== undefined) notModelled(`-vga ${kind}`);
  if (!Object.hasOwn(GRAPHICS, name)) refuse(`unknown vga type: ${kind}`);
  if (rest.length > 0 && !(rest.length === 1 && /^retrace=(dumb|precise)$/.test(rest[0] ?? ''))) {
    refuse(`unknown vga type: ${kind}`);
  }
  const type = GRAPHICS[name];
  if (type !== undefined && !context.types.has(type)) notModelled(`-vga ${kind}`);
}

/** QEMU says so if a board leaves `-vga` alone. */
export function warnOfGraphics(context: StartContext): void {
  const kind = context.last('vga')?.argument.split(',')[0];
  if (kind === undefined || kind === 'none') return;
  const { kind: board } = context.machine;
  if (WITH_GRAPHICS.has(board)) {
    if (board === 'isapc' && ON_PCI.has(kind)) {
      context.say(`isa_vga_init: ${GRAPHICS[kind] ?? kind}: no PCI bus`);
    }
    return;
  }
  const words = 'A -vga option was passed but this machine type does not use that option;';
  context.warn(`${words} No VGA device has been created`);
}

/** Values of `share=` of `-vnc`. */
const SHARES = ['ignore', 'allow-exclusive', 'force-shared'];

/** `-vnc` and `-display vnc=`, up to where they listen (`vnc_display_open` in `ui/vnc.c`). */
export function checkVnc(context: StartContext): void {
  for (const option of context.options) {
    const argument = vncArgument(option);
    if (argument === undefined) continue;
    try {
      checkServer(context, optionValues(argument, 'vnc'));
    } catch (error) {
      throw error instanceof StartError ? error.at(option.location) : error;
    }
  }
}

function checkServer(context: StartContext, values: ReadonlyMap<string, string>): void {
  const place = values.get('vnc') ?? '';
  if (place === 'none' || place === '') return;
  const isOn = (name: string): boolean => parseBoolean(values.get(name) ?? 'off') === true;
  const isUnix = place.startsWith('unix:');
  if (!isUnix) checkPort(place, isOn('reverse'));
  const secret = values.get('password-secret');
  if (secret !== undefined && isOn('password')) refuse("'password' flag is redundant with 'password-secret'");
  if (secret !== undefined && !hasObject(context, secret)) refuse(`No secret with id '${secret}'`);
  const credentials = values.get('tls-creds');
  if (credentials !== undefined && !hasObject(context, credentials)) {
    refuse(`No TLS credentials with id '${credentials}'`);
  }
  const share = values.get('share');
  if (share !== undefined && !SHARES.includes(share)) refuse('unknown vnc share= option');
  if (values.has('tls-authz') && credentials === undefined)
    refuse("'tls-authz' provided but TLS is not enabled");
  if (values.has('sasl-authz') && !isOn('sasl')) refuse("'sasl-authz' provided but SASL auth is not enabled");
  const device = values.get('display');
  if (device !== undefined && !context.of('device').some((one) => one.get('id') === device)) {
    refuse(`Device '${device}' not found`);
  }
  if (isOn('reverse')) notModelled('-vnc with reverse=on');
  const why = isUnix ? whyNotBound(context.file, place.slice('unix:'.length)) : undefined;
  if (why !== undefined) refuse(why);
}

/** The display of an address is a number, from port 5900 on. */
function checkPort(place: string, reverse: boolean): void {
  const at = place.lastIndexOf(':');
  if (at < 0) refuse('no vnc port specified');
  const port = place.slice(at + 1);
  if (port === '') refuse('vnc port cannot be empty');
  if (!/^\d+$/.test(port)) refuse(`can't convert to a number: ${port}`);
  if (!reverse && Number(port) + 5900 > 65_535) refuse(`port ${port} out of range`);
  const host = place.slice(0, at);
  if (!/^(\d{1,3}(\.\d{1,3}){3}|\[.*\]|localhost|)$/.test(host)) notModelled(`the host ${host}`);
}

const hasObject = (context: StartContext, id: string): boolean =>
  context.of('object').some((object) => object.get('id') === id);
