import type { BlockBackend } from '../backend/block-backend.ts';
import type { BackendThrottling } from '../backend/throttle-groups.ts';
import type { NodeShapeRules } from '../describe-node.ts';
import { nodeInfo } from './node-info.ts';

/** A drive as `query-block` shows it (`bdrv_query_info` in `block/qapi.c`). */
export function driveInfo(
  backend: BlockBackend,
  rules: NodeShapeRules,
  throttling: BackendThrottling,
): Record<string, unknown> {
  const node = backend.node?.skippingImplicit;
  return {
    device: backend.name,
    type: 'unknown',
    locked: backend.locked,
    removable: backend.removable,
    ...(backend.device !== undefined && { qdev: backend.device.name }),
    ...(backend.hasTray && { tray_open: backend.trayOpen }),
    ...(backend.keepsStatus && { 'io-status': 'ok' }),
    ...(node !== undefined && {
      inserted: nodeInfo(node, rules, { backend, throttle: throttling.of(backend) }),
    }),
  };
}
