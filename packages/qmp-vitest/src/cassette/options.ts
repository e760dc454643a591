import { optionError } from 'qmp-core/internal';
import type { CassetteMode, CassettePlayerOptions, CassetteRecorderOptions } from 'qmp-mock';
import { CASSETTE_MODES, cassetteMode } from 'qmp-mock';

/** How the cassettes of a test are recorded and played, where the backend is `record` or `replay`. */
export interface CassetteOptions {
  /** Where cassettes lie; a relative path is beside the test file. Default: `QMP_CASSETTE_DIR`, else `__cassettes__`. */
  directory?: string | undefined;
  /** What is done with them. Default: `QMP_CASSETTE_MODE`, else see {@link modeFor}. */
  mode?: CassetteMode | undefined;
  /** Whether commands have to come in the recorded order. Default `strict`. */
  order?: CassettePlayerOptions['order'];
  /** Whether recorded times are waited for. Default `at-once`. */
  pace?: CassettePlayerOptions['pace'];
  /** Which times are recorded. Default `coarse`. */
  times?: CassetteRecorderOptions['times'];
  /** Directories that have another path in each run, by a name for them. */
  paths?: CassetteRecorderOptions['paths'];
  /** Members of replies and events whose numbers mean nothing in another run. */
  members?: CassetteRecorderOptions['members'];
  /** Takes secrets out. A function: it cannot come from `provide`. */
  redact?: CassetteRecorderOptions['redact'];
  /** A QEMU version under which no cassette may be stale, for example `'11.1'`. Default: `QMP_CASSETTE_AGAINST`, else none. */
  against?: string | undefined;
}

/**
 * The mode: the option, else `QMP_CASSETTE_MODE`, else what goes with the backend: `record` (what is missing) where that is asked to
 * record; where it is asked to replay `lockdown` under `CI`, and `replay` elsewhere.
 */
export function modeFor(backend: 'record' | 'replay', { mode }: CassetteOptions): CassetteMode {
  if (mode !== undefined) {
    if (CASSETTE_MODES.includes(mode)) return mode;
    throw optionError('cassetteOptions.mode', `one of ${CASSETTE_MODES.join(', ')}`, mode);
  }
  return backend === 'record' ? cassetteMode({ QMP_CASSETTE_MODE: 'record', ...named() }) : cassetteMode();
}

/** The mode that the environment names, where it does. */
function named(): Record<string, string> {
  const mode = process.env['QMP_CASSETTE_MODE'];
  return mode === undefined || mode === '' ? {} : { QMP_CASSETTE_MODE: mode };
}

/** Where cassettes lie. */
export function directoryFor({ directory }: CassetteOptions): string | undefined {
  return directory ?? (process.env['QMP_CASSETTE_DIR'] || undefined);
}
