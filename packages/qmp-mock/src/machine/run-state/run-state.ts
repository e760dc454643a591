/** QEMU's run states (`RunState` in `qapi/run-state.json`). */
export type RunState =
  | 'debug'
  | 'inmigrate'
  | 'internal-error'
  | 'io-error'
  | 'paused'
  | 'postmigrate'
  | 'prelaunch'
  | 'finish-migrate'
  | 'restore-vm'
  | 'running'
  | 'save-vm'
  | 'shutdown'
  | 'suspended'
  | 'watchdog'
  | 'guest-panicked'
  | 'colo';

/** Effects of `stop`, `cont` and a reset in one run state. */
export interface RunStateRules {
  /**
   * `pause`: to `paused`, with STOP. `hold`: the guest will not start by itself. `nothing`: no event, no
   * change.
   */
  readonly stop: 'pause' | 'hold' | 'nothing';
  /** `resume`: to `running`, with RESUME. `release`: the guest will start by itself. A text is a refusal. */
  readonly cont: 'resume' | 'release' | 'nothing' | { readonly refuse: string };
  /** The state after a reset. */
  readonly reset: RunState;
}

const STILL: RunStateRules = { stop: 'nothing', cont: 'resume', reset: 'prelaunch' };
const RESET_FIRST: RunStateRules = {
  ...STILL,
  cont: { refuse: 'Resetting the Virtual Machine is required' },
};

/**
 * The rules of every run state, as QEMU's `qmp_stop`, `qmp_cont` and its main loop show them from outside.
 */
export const RUN_STATES: Readonly<Record<RunState, RunStateRules>> = {
  running: { stop: 'pause', cont: 'nothing', reset: 'running' },
  suspended: { stop: 'nothing', cont: 'nothing', reset: 'prelaunch' },
  inmigrate: { stop: 'hold', cont: 'release', reset: 'inmigrate' },
  'finish-migrate': {
    stop: 'nothing',
    cont: { refuse: 'Migration is not finalized yet' },
    reset: 'finish-migrate',
  },
  shutdown: RESET_FIRST,
  'internal-error': RESET_FIRST,
  prelaunch: STILL,
  paused: STILL,
  postmigrate: STILL,
  watchdog: STILL,
  'guest-panicked': STILL,
  'io-error': STILL,
  debug: STILL,
  'restore-vm': STILL,
  'save-vm': STILL,
  colo: STILL,
};
