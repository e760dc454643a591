import { refuse, StartError } from '../command-line/start-error.ts';
import { blockNodes } from './blockdevs.ts';
import { drives } from './drives.ts';
import { checkBootOfBoard } from './machine-properties.ts';
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
  checkBootOfBoard(context);
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
  if (!fits) refuseByLoader(`could not load PC BIOS '${path}'`);
}

/** Refuses as the loader of firmware and kernels does: it doesn't name the program. */
function refuseByLoader(text: string): never {
  throw new StartError(text, { speaker: 'qemu' });
}

/** Bytes of flash that a PC has room for, by default. */
const MOST_FIRMWARE = 8 * 1024 * 1024;

function checkFlash(context: StartContext): void {
  const flash = drives(context).filter(({ bus }) => bus === 'pflash');
  const units = flash.map(({ index: [, unit] }) => unit);
  if (units.includes(1) && !units.includes(0)) refuse('pflash1 requires pflash0');
  let total = 0;
  for (const unit of [0, 1]) {
    const node = blockNodes(context).get(context.properties.get(`pflash${unit}`) ?? '');
    const path = node?.path ?? flash.find(({ index }) => index[1] === unit)?.path;
    const size = path === undefined ? undefined : diskSize(context, path);
    if (size === undefined) continue;
    // A drive has whole sectors.
    const sectors = Math.ceil(size / 512) * 512;
    if (sectors === 0 || sectors % 4096 !== 0) {
      throw new StartError(`system firmware block device pflash${unit} has invalid size ${sectors}`, {
        more: ['info: its size must be a non-zero multiple of 0x1000'],
      });
    }
    total += sectors;
    if (total > MOST_FIRMWARE && !context.properties.has('max-fw-size')) {
      refuse(`combined size of system firmware exceeds ${MOST_FIRMWARE} bytes`);
    }
  }
}

/** Bytes of the disk that is in a file: a qcow2 image tells, of others it's the file. */
function diskSize(context: StartContext, path: string): number | undefined {
  const image = context.file.peek(path);
  if (image === undefined) return undefined;
  const { head, size } = image;
  const isQcow2 = String.fromCharCode(...head.subarray(0, 4)) === 'QFI\u00FB' && head.length >= 32;
  return isQcow2 ? Number(new DataView(head.buffer, head.byteOffset).getBigUint64(24)) : size;
}

function checkKernel(context: StartContext, path: string): void {
  const { file, properties } = context;
  const image = file.peek(path);
  if (image?.kind === 'directory') refuseByLoader(`could not load kernel '${path}': Is a directory`);
  const why = image === undefined ? file.whyNotReadable(path) : undefined;
  if (why !== undefined) refuseByLoader(`could not open kernel file '${path}': ${why}`);
  if (image?.size === 0) refuseByLoader(`could not load kernel '${path}': No such file or directory`);
  if (image === undefined) return;
  const header = String.fromCharCode(...image.head.subarray(HEADER - 0, HEADER + 4));
  const elf = String.fromCharCode(...image.head.subarray(0, 4)) === '\u007FELF';
  const initrd = properties.get('initrd');
  if (initrd !== undefined && !elf && !header.includes('HdrS'))
    refuseByLoader('linux kernel too old to load a ram disk');
  if (image.size < HEADER) refuseByLoader('invalid kernel header');
  if (initrd !== undefined && file.peek(initrd) === undefined && /HdrS/.test(header)) {
    notModelled(`the initial RAM disk ${initrd}`);
  }
  if (elf) notModelled(`the kernel ${path}`);
}
