import type { QDict } from '../../../engine/json/value.ts';
import type { BlockBackends } from '../../block/backend/backends.ts';
import type { ImageFiles } from '../../block/image/byte-file.ts';
import type { BlockGraph } from '../../block/graph/block-graph.ts';
import type { BlockNode } from '../../block/graph/node.ts';
import { textOf } from '../../command.ts';
import type { BlockJobOptions } from '../engine/block-job.ts';
import type { Jobs } from '../engine/jobs.ts';

/** Parts of the machine that kinds of jobs need. */
export interface JobParts {
  readonly graph: BlockGraph;
  readonly backends: BlockBackends;
  readonly jobs: Jobs;
  /** Opens files; without it, whatever makes an image isn't modelled. */
  readonly files: ImageFiles | undefined;
  /** Takes QEMU's lines on stdout: `Formatting 'x', fmt=…`. */
  readonly print: (line: string) => void;
}

/** Options that all commands have which start a job on a node. */
export function commonOptions(
  args: QDict,
  node: BlockNode,
): Pick<BlockJobOptions, 'id' | 'manualFinalize' | 'manualDismiss' | 'speed'> {
  return {
    id: args.has('job-id') ? textOf(args, 'job-id') : driveNameOf(node),
    manualFinalize: args.get('auto-finalize') === false,
    manualDismiss: args.get('auto-dismiss') === false,
    speed: Number(args.get('speed') ?? 0),
  };
}

/** Name of the drive that has a node, if one has (`bdrv_get_device_name`). */
export function driveNameOf(node: BlockNode): string {
  for (const { parent } of node.parents) {
    if (parent.backendName !== undefined && parent.backendName !== '') return parent.backendName;
  }
  return '';
}

/** Whether data of a node comes from a file, so that reading and writing takes a moment. */
export function usesFile(node: BlockNode): boolean {
  return node.children.length === 0
    ? !node.driver.startsWith('null-')
    : node.children.some((edge) => usesFile(edge.node));
}
