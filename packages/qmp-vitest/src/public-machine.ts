import type { QmpClient } from 'qmp-core';
import type { Machine } from './backend/backend.ts';
import type { QmpMachine } from './launch.ts';
import { rememberTranscript } from './transcript/registry.ts';

/** A machine as the user sees it. It reports when its mock is asked for. */
export function asPublic(machine: Machine, qmp: QmpClient, onMock: () => void = () => {}): QmpMachine {
  const { name, backend, qemu } = machine;
  const shown = {
    name,
    backend,
    qmp,
    get mock() {
      onMock();
      return machine.mock;
    },
    qemu,
    stop: () => machine.stop(),
  };
  rememberTranscript(machine.transcript, shown);
  return shown as QmpMachine;
}
