import { type ByteFile, ImageError, ImageNotModelled } from '../byte-file.ts';
import { probeFormat } from '../probe.ts';
import { luksFacts } from './luks.ts';
import { type FactsReader, SizedImage } from './sized-image.ts';
import { vdiFacts } from './vdi.ts';
import { vhdxFacts } from './vhdx.ts';
import { vmdkFacts } from './vmdk.ts';
import { vpcFacts } from './vpc.ts';

/** Readers of the formats that are recognised and sized, by QEMU's names. */
const SIZED_FORMATS: ReadonlyMap<string, FactsReader> = new Map<string, FactsReader>([
  ['vmdk', vmdkFacts],
  ['vdi', vdiFacts],
  ['vhdx', vhdxFacts],
  ['vpc', vpcFacts],
  ['luks', luksFacts],
]);

/** Refusals of formats that aren't modelled, for a file that isn't in any format. */
const NOT_IN_FORMAT: ReadonlyMap<string, string> = new Map([
  ['qed', 'Image not in QED format'],
  ['qcow', 'Image not in qcow format'],
  ['parallels', 'Image not in Parallels format'],
  ['bochs', 'Image not in Bochs format'],
]);

/** Names of the formats that are known here, and not read or written. */
export const FOREIGN_FORMATS: readonly string[] = [
  ...SIZED_FORMATS.keys(),
  ...NOT_IN_FORMAT.keys(),
  'cloop',
  'dmg',
];

/** Options of {@link openForeign}. */
export interface OpenForeignOptions {
  /** Whether only the headers are looked at: an encrypted image needs no key then. Default: not. */
  readonly headersOnly?: boolean | undefined;
}

/**
 * Opens an image whose contents aren't modelled.
 *
 * @throws {@link ImageError} in QEMU's words if it isn't in the format, or is damaged;
 *   {@link ImageNotModelled} for formats that aren't sized.
 */
export function openForeign(
  format: string,
  file: ByteFile,
  filename: string,
  { headersOnly = false }: OpenForeignOptions = {},
): SizedImage {
  const facts = SIZED_FORMATS.get(format);
  if (facts === undefined) {
    const refusal = NOT_IN_FORMAT.get(format);
    if (refusal !== undefined && probeFormat(file, '') === 'raw') throw new ImageError(refusal);
    throw new ImageNotModelled(`the image format ${format}`);
  }
  if (format === 'luks' && !headersOnly) {
    throw new ImageError("Parameter 'key-secret' is required for cipher");
  }
  return new SizedImage(format, filename, file, facts(file, filename));
}
