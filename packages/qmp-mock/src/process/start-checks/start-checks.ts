import { QmpCommandError } from 'qmp-core/errors';
import { StartError } from '../command-line/start-error.ts';
import { checkAccelerators } from './accelerators.ts';
import { checkAudio } from './audio.ts';
import { checkBlockdevs } from './blockdevs.ts';
import { checkOrphanedDrives } from './board-drives.ts';
import { checkDrives } from './drives.ts';
import { checkFileSystems } from './file-systems.ts';
import { checkFirmware } from './firmware.ts';
import { checkFirmwareConfig } from './firmware-config.ts';
import { checkGlobals, checkGlobalsOfBoard, warnOfGlobals } from './globals.ts';
import { checkBootOnce, checkCxl, checkMachineProperties, checkMachineMemory } from './machine-properties.ts';
import { checkNetworks, checkNics } from './networks.ts';
import { checkNuma } from './numa.ts';
import { checkEarlyObjects, checkLateObjects } from './objects.ts';
import { checkCpuModel, checkCpus } from './processors.ts';
import { checkDescriptors, checkRequest, checkClock } from './requests.ts';
import { checkDisplay, checkGraphics, checkVnc, warnOfGraphics } from './screens.ts';
import { checkSpice } from './spice.ts';
import type { StartContext } from './start-context.ts';
import { checkTpm } from './tpm.ts';
import { checkUsbDevices } from './usb-devices.ts';
import { checkDebugger, checkIncoming } from './resumption.ts';

type Check = (context: StartContext) => void;

/** When a check is made. */
export type StartStage =
  | 'request'
  | 'machine'
  | 'backends'
  | 'processors'
  | 'board'
  | 'devices'
  | 'resumption'
  | 'displays';

/**
 * All checks, in QEMU's order (`qemu_init` in `system/vl.c`); between the stages it opens things, and the
 * first refusal counts.
 */
const STAGES: Readonly<Record<StartStage, readonly Check[]>> = {
  /** Before the process goes into the background. */
  request: [checkRequest, checkDescriptors],
  /** Before chardevs are opened. */
  machine: [checkClock, checkDisplay, checkGraphics, checkEarlyObjects],
  /** Before monitors and ports find their chardevs. */
  backends: [
    checkFileSystems,
    checkBlockdevs,
    checkDrives,
    checkAudio,
    checkMachineProperties,
    checkAccelerators,
    checkGlobals,
    checkNetworks,
    checkLateObjects,
    checkTpm,
    checkSpice,
  ],
  /** Before the board is made. */
  processors: [checkCpuModel, checkMachineMemory, checkNuma],
  /** Before devices are plugged in. */
  board: [
    checkCpus,
    checkGlobalsOfBoard,
    checkFirmware,
    checkNics,
    checkOrphanedDrives,
    checkFirmwareConfig,
    checkUsbDevices,
  ],
  /** When all devices are there. */
  devices: [warnOfGlobals, checkCxl, checkBootOnce, checkDebugger, warnOfGraphics],
  /** When a snapshot has been loaded. */
  resumption: [checkIncoming],
  /** At last. */
  displays: [checkVnc],
};

/**
 * Refuses a command line whose options are well-formed, but ask for what isn't there.
 *
 * @throws StartError with QEMU's words, or with the mock's own for what isn't modelled.
 */
export function checkStart(context: StartContext, ...stages: readonly StartStage[]): void {
  try {
    for (const stage of stages) for (const check of STAGES[stage]) check(context);
  } catch (error) {
    throw error instanceof QmpCommandError ? new StartError(error.desc) : error;
  }
}
