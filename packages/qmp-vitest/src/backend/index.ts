import type { QmpBackend } from '../options.ts';
import type { Backend } from './backend.ts';
import { mockBackend } from './mock.ts';
import { qemuBackend } from './qemu.ts';
import { recordBackend } from './record.ts';
import { replayBackend } from './replay.ts';

const backends: Readonly<Record<QmpBackend, Backend>> = {
  mock: mockBackend,
  qemu: qemuBackend,
  record: recordBackend,
  replay: replayBackend,
};

/**
 * The backend of this name.
 *
 * @throws RangeError where there is none.
 */
export function backendOf(name: QmpBackend): Backend {
  if (Object.hasOwn(backends, name)) return backends[name];
  throw new RangeError(
    `There is no backend ${JSON.stringify(name)}: it must be one of ${Object.keys(backends).join(', ')}`,
  );
}
