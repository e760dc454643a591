import { optionError } from 'qmp-core/internal';
import type { QmpBackend } from '../options.ts';
import type { Backend } from './backend.ts';

/** Each is loaded when it is first asked for: a test on the mock needs nothing of a QEMU process. */
const BACKENDS: Readonly<Record<QmpBackend, () => Promise<Backend>>> = {
  mock: async () => (await import('./mock.ts')).mockBackend,
  qemu: async () => (await import('./qemu.ts')).qemuBackend,
  record: async () => (await import('./record.ts')).recordBackend,
  replay: async () => (await import('./replay.ts')).replayBackend,
};

/**
 * The backend with this name.
 *
 * @throws QmpOptionError if there is no backend with this name.
 */
export async function backendOf(name: QmpBackend): Promise<Backend> {
  if (Object.hasOwn(BACKENDS, name)) return BACKENDS[name]();
  throw optionError('qmpBackend', `one of ${Object.keys(BACKENDS).join(', ')}`, name);
}
