import { refuse, StartError } from '../command-line/start-error.ts';
import { drives } from './drives.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { StartContext } from './start-context.ts';

const BLOCK = 64 * 1024;
/** A boot sector, and the magic of a Linux kernel in it (`x86_load_linux`). */
const HEADER = 0x202;
/** Images that come with QEMU: their names need no folder. */
const SHIPPED =
  /^(bios(-256k|-microvm)?\.bin|qboot\.rom|edk2-.*\.fd|vgabios.*\.bin|efi-.*\.rom|pxe-.*\.rom|kvmvapic\.bin|linuxboot(_dma)?\.bin|multiboot(_dma)?\.bin|pvh\.bin)$/;

/** Firmware and kernels: `-bios`, `-kernel`, flash (`hw/i386/x86.c`, `pc_sysfw.c`). */
export function checkFirmware(context: StartContext): void {
  const { properties, machine } = context;
  const kernel = properties.get('kernel');
  if (machine.kind === 'none') {
    if (kernel !== undefined) {
      refuse("The -kernel parameter is not supported (use the generic 'loader' device instead).");
    }
    return;
  }
  checkFlash(context);
  if (kernel !== undefined && machine.kind !== 'microvm') checkKernel(context, kernel);
  const firmware = properties.get('firmware');
  if (firmware !== undefined) checkBios(context, firmware);
  if (kernel !== undefined && machine.kind === 'microvm') checkKernel(context, kernel);
}

function checkBios({ file, machine }: StartContext, path: string): void {
  const image = file.peek(path);
  if (image === undefined && SHIPPED.test(path)) return;
  const fits = image !== undefined && image.size > 0 && image.size % BLOCK === 0;
  if (machine.kind === 'microvm' && image !== undefined) return;
  if (!fits) refuse(`could not load PC BIOS '${path}'`);
}

function checkFlash(context: StartContext): void {
  const flash = drives(context).filter(({ bus }) => bus === 'pflash');
  const units = flash.map(({ index: [, unit] }) => unit);
  if (units.includes(1) && !units.includes(0)) refuse('pflash1 requires pflash0');
  for (const { index, path } of flash) {
    const size = path === undefined ? undefined : context.file.peek(path)?.size;
    if (size === undefined) continue;
    // A drive has whole sectors.
    const sectors = Math.ceil(size / 512) * 512;
    if (sectors !== 0 && sectors % 4096 === 0) continue;
    throw new StartError(`system firmware block device pflash${index[1]} has invalid size ${sectors}`, {
      more: ['info: its size must be a non-zero multiple of 0x1000'],
    });
  }
}

function checkKernel(context: StartContext, path: string): void {
  const { file, properties } = context;
  const image = file.peek(path);
  if (image?.kind === 'directory') refuse(`could not load kernel '${path}': Is a directory`);
  const why = image === undefined ? file.whyNotReadable(path) : undefined;
  if (why !== undefined) refuse(`could not open kernel file '${path}': ${why}`);
  if (image?.size === 0) refuse(`could not load kernel '${path}': No such file or directory`);
  if (image === undefined) return;
  const header = String.fromCharCode(...image.head.subarray(HEADER - 0, HEADER + 4));
  const elf = String.fromCharCode(...image.head.subarray(0, 4)) === '\u007FELF';
  const initrd = properties.get('initrd');
  if (initrd !== undefined && !elf && !header.includes('HdrS'))
    refuse('linux kernel too old to load a ram disk');
  if (image.size < HEADER) refuse('invalid kernel header');
  if (initrd !== undefined && file.peek(initrd) === undefined && /HdrS/.test(header)) {
    notModelled(`the initial RAM disk ${initrd}`);
  }
  if (elf) notModelled(`the kernel ${path}`);
}
