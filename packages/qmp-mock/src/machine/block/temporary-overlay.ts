import { QDict } from '../../engine/json/value.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { BlockGraph } from './graph/block-graph.ts';
import type { BlockNode } from './graph/node.ts';
import type { ImageFiles } from './image/byte-file.ts';
import { makeImage } from './image/make-image.ts';

/**
 * Puts an image on top of a node that takes what is written, and that is forgotten at the end
 * (`bdrv_append_temp_snapshot`).
 *
 * @param base - The node, which the caller holds.
 * @param readOnly - Whether the drive is read only.
 * @returns The node of the image, which the caller holds instead.
 */
export function coverForNow(
  graph: BlockGraph,
  files: ImageFiles | undefined,
  base: BlockNode,
  readOnly: boolean,
): BlockNode {
  const { temporary } = files ?? {};
  if (files === undefined || temporary === undefined) notModelled('a drive whose writes are forgotten');
  const filename = temporary.name();
  makeImage(files, { filename, format: 'qcow2', size: base.size });
  const file = new QDict([
    ['driver', 'file'],
    ['filename', filename],
  ]);
  const options = new QDict([
    ['driver', 'qcow2'],
    ['file', file],
    ['read-only', readOnly],
    [
      'cache',
      new QDict([
        ['direct', false],
        ['no-flush', true],
      ]),
    ],
  ]);
  const overlay = graph.open(options, { noBacking: true });
  overlay.child('file')!.whenClosed = () => temporary.remove(filename);
  graph.append(overlay, base, { name: 'backing', role: 'cow' });
  graph.release(base);
  return overlay;
}
