import { existsSync } from 'node:fs';
import { modeFor } from '../cassette/options.ts';
import type { Backend } from './backend.ts';
import { cassetteFile, startReplay } from './player.ts';
import { recordBackend } from './record.ts';

/** The backend that plays a recording, without QEMU. */
export const replayBackend: Backend = {
  name: 'replay',
  missing(request) {
    const mode = modeFor('replay', request.cassetteOptions);
    if (mode === 'record' || mode === 'update') return recordBackend.missing?.(request);
    const file = cassetteFile(request);
    if (mode === 'lockdown' || existsSync(file)) return undefined;
    return `There is no cassette ${file}: record one with QMP_BACKEND=record`;
  },
  async start(request) {
    const mode = modeFor('replay', request.cassetteOptions);
    if (mode === 'record' || mode === 'update') return recordBackend.start(request);
    return startReplay(request, cassetteFile(request));
  },
};
