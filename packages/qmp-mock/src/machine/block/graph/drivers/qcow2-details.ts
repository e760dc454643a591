import { qcow2Specific, snapshotInfo } from '../../image/qcow2/details.ts';
import type { Qcow2Image } from '../../image/qcow2/qcow2-image.ts';
import { listSnapshots } from '../../image/qcow2/snapshots.ts';

/** Members of `image` that a qcow2 image has in queries (`qcow2_get_info`, `qcow2_get_specific_info`). */
export function qcow2Details(image: Qcow2Image): Record<string, unknown> {
  const snapshots = listSnapshots(image);
  return {
    'cluster-size': image.clusterSize,
    'dirty-flag': (image.header.incompatible & 1) !== 0,
    ...(snapshots.length > 0 && { snapshots: snapshotInfo(snapshots) }),
    'format-specific': { type: 'qcow2', data: Object.fromEntries(qcow2Specific(image)) },
  };
}
