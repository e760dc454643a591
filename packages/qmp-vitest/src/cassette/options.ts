import { optionError } from 'qmp-core/internal';
import type { CassetteMode, CassettePlayerOptions, CassetteRecorderOptions } from 'qmp-mock';
import { CASSETTE_MODES, cassetteMode } from 'qmp-mock';

/** Options for recording and playing a test's cassettes, with the backends `record` and `replay`. */
export interface CassetteOptions {
  /**
   * Directory of the cassettes; a relative path is beside the test file. Default: `QMP_CASSETTE_DIR`, else
   * `__cassettes__`.
   */
  directory?: string | undefined;
  /**
   * Mode of recording or playing. Default: `QMP_CASSETTE_MODE`; else `record` for the backend `record`, and
   * for `replay` `lockdown` under `CI` and `replay` elsewhere.
   */
  mode?: CassetteMode | undefined;
  /** Whether commands have to come in the recorded order. Default `strict`. */
  order?: CassettePlayerOptions['order'];
  /** Whether a replay waits for the recorded times. Default `at-once`. */
  pace?: CassettePlayerOptions['pace'];
  /** Precision of the recorded times. Default `coarse`. */
  times?: CassetteRecorderOptions['times'];
  /** Directories whose paths differ from run to run, by a name for each. */
  paths?: CassetteRecorderOptions['paths'];
  /** Members of replies and events whose numbers mean nothing in another run. */
  members?: CassetteRecorderOptions['members'];
  /** Takes further secrets out. It's a function, so it can't come from `provide`. */
  redact?: CassetteRecorderOptions['redact'];
  /**
   * A QEMU version that every cassette has to fit, for example `'11.1'`. Default: `QMP_CASSETTE_AGAINST`,
   * else cassettes aren't checked.
   */
  against?: string | undefined;
}

/**
 * The mode: the option, else `QMP_CASSETTE_MODE`, else the backend's default. That is `record` (which records
 * what is missing) for the backend `record`. For the backend `replay` it is `lockdown` under `CI`, and
 * `replay` elsewhere.
 */
export function modeFor(backend: 'record' | 'replay', { mode }: CassetteOptions): CassetteMode {
  if (mode !== undefined) {
    if (CASSETTE_MODES.includes(mode)) return mode;
    throw optionError('cassetteOptions.mode', `one of ${CASSETTE_MODES.join(', ')}`, mode);
  }
  return backend === 'record' ? cassetteMode({ QMP_CASSETTE_MODE: 'record', ...named() }) : cassetteMode();
}

/** The mode that the environment names, if any. */
function named(): Record<string, string> {
  const mode = process.env['QMP_CASSETTE_MODE'];
  return mode === undefined || mode === '' ? {} : { QMP_CASSETTE_MODE: mode };
}

/** Directory of the cassettes. */
export function directoryFor({ directory }: CassetteOptions): string | undefined {
  return directory ?? (process.env['QMP_CASSETTE_DIR'] || undefined);
}

/** The options of players. */
export function playerOptions(options: CassetteOptions): CassettePlayerOptions {
  const { order, pace, paths, members, redact, against } = options;
  return {
    order,
    pace,
    paths,
    members,
    redact,
    against: against ?? (process.env['QMP_CASSETTE_AGAINST'] || undefined),
  };
}

/**
 * Whether a cassette is played and no QEMU is needed.
 *
 * @param exists - Whether there is one.
 */
export function isPlayed(
  backend: 'record' | 'replay',
  options: CassetteOptions,
  exists: () => boolean,
): boolean {
  const mode = modeFor(backend, options);
  if (mode === 'update') return false;
  return mode === 'record' ? exists() : mode === 'replay' || backend === 'replay';
}
