import { optionError } from 'qmp-core/internal';
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
 * @throws QmpOptionError if there is no backend of this name.
 */
export function backendOf(name: QmpBackend): Backend {
  if (Object.hasOwn(backends, name)) return backends[name];
  throw optionError('qmpBackend', `one of ${Object.keys(backends).join(', ')}`, name);
}
