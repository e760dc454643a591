/** The ways in which a run of Vitest ends. */

/** How far a test has come, as it reports. */
export type Stage = 'started' | 'spinning';

export interface Ending {
  readonly name: string;
  readonly what: string;
  /** File of the project. Default: the one with that name. */
  readonly file?: string;
  /** Signal and its target, once the machines run, or once the test is at `stage`. */
  readonly signal?: readonly [signal: NodeJS.Signals, whom: 'main' | 'worker'];
  readonly stage?: Stage;
  /** The exit codes that say that it ended in this way. */
  readonly codes?: readonly number[];
  /** The timeout of its tests, in ms; 60 000 by default. */
  readonly timeout?: number;
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments of Vitest. */
  readonly args?: readonly string[];
  /** The pools in which there is such an ending; all by default. */
  readonly pools?: readonly string[];
}

/** Has the code under test spawn real QEMUs. */
const REAL = { QMP_BACKEND: 'qemu' };
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;

/** Endings of what the code under test spawned: kill -9 of either side, or of both, and a stubborn pipe. */
function spawnedEndings(name: string, whose: string, env: NonNullable<Ending['env']>): readonly Ending[] {
  const victims = [
    ['foreground', name === 'fake' ? 'the one that a shell stands for' : 'the one in the foreground', ''],
    [
      'background',
      name === 'fake' ? 'the one that Node stands for' : 'the one in the background',
      '-background',
    ],
  ] as const;
  return [
    ...victims.flatMap(([victim, one, suffix]): Ending[] => [
      {
        name: `${name}-kill-one${suffix}`,
        file: 'fake-kill-one',
        what: `${whose}: kill -9 of ${one}`,
        env: { ...env, LEAK_VICTIM: victim },
        codes: [0],
      },
      {
        name: `${name}-kill-both${suffix}`,
        file: 'fake-kill-both',
        what: `${whose}: kill -9 of ${one} and of the worker at once`,
        env: { ...env, LEAK_VICTIM: victim },
        codes: [1],
        pools: ['forks'],
      },
    ]),
    {
      name: `${name}-stdin-pass`,
      file: 'fake-pass',
      what: `${whose}: a third program keeps the standard input open, and a test passes`,
      env: { ...env, LEAK_STDIN: 'kept' },
      codes: [0],
    },
    {
      name: `${name}-stdin-kill-worker`,
      file: 'fake-signal',
      what: `${whose}: a third program keeps the standard input open: kill -9 of the worker`,
      env: { ...env, LEAK_STDIN: 'kept' },
      signal: ['SIGKILL', 'worker'],
      pools: ['forks'],
    },
  ];
}

export const endings: readonly Ending[] = [
  { name: 'pass', what: 'three tests pass', codes: [0] },
  { name: 'fail', what: 'three tests fail', codes: [1] },
  { name: 'skip', what: 'a test skips itself in its body', codes: [0] },
  {
    name: 'setup-timeout',
    what: "a machine, and a fixture on top of one, take longer than the test's timeout to come up",
    timeout: 3000,
    codes: [1],
  },
  { name: 'body-timeout', what: 'a test takes longer than its timeout', timeout: 3000, codes: [1] },
  {
    name: 'teardown-throw',
    what: 'a fixture on top of a machine throws in its teardown; afterEach throws',
    codes: [1],
  },
  { name: 'retry', what: 'a test passes at its third attempt', codes: [0] },
  { name: 'repeat', what: 'a test is repeated', codes: [0] },
  {
    name: 'bail',
    what: 'the run ends with the first failure, another test is in the middle',
    args: ['--bail', '1'],
    timeout: 20_000,
    codes: [1],
  },
  { name: 'concurrent', what: 'three tests at once, one fails', codes: [1] },
  { name: 'sigint', file: 'signal', what: 'SIGINT to Vitest', signal: ['SIGINT', 'main'] },
  { name: 'sigterm', file: 'signal', what: 'SIGTERM to Vitest', signal: ['SIGTERM', 'main'] },
  {
    name: 'kill-worker',
    file: 'signal',
    what: 'kill -9 of the worker',
    signal: ['SIGKILL', 'worker'],
    pools: ['forks'],
  },
  { name: 'kill-main', file: 'signal', what: 'kill -9 of Vitest', signal: ['SIGKILL', 'main'] },
  ...SIGNALS.map((signal): Ending => ({
    name: `spin-${signal.toLowerCase()}-main`,
    file: 'spin',
    stage: 'spinning',
    what: `a test spins: ${signal} to Vitest`,
    signal: [signal, 'main'],
  })),
  {
    name: 'spin-sigkill-worker',
    file: 'spin',
    stage: 'spinning',
    what: 'a test spins: SIGKILL to the worker',
    signal: ['SIGKILL', 'worker'],
    pools: ['forks'],
  },
  ...SIGNALS.map((signal): Ending => ({
    name: `deaf-${signal.toLowerCase()}`,
    file: 'deaf',
    what: `a test waits for something else, for ever: ${signal} to Vitest`,
    signal: [signal, 'main'],
  })),
  {
    name: 'fake-pass',
    what: 'stand-ins for QEMU that the code under test spawned: a test passes',
    codes: [0],
  },
  {
    name: 'fake-kill-worker',
    file: 'fake-signal',
    what: 'such stand-ins: kill -9 of the worker',
    signal: ['SIGKILL', 'worker'],
    pools: ['forks'],
  },
  {
    name: 'fake-kill-main',
    file: 'fake-signal',
    what: 'such stand-ins: kill -9 of Vitest',
    signal: ['SIGKILL', 'main'],
  },
  ...spawnedEndings('fake', 'such stand-ins', {}),
  {
    name: 'fake-blocked-kill-worker',
    file: 'fake-blocked',
    stage: 'spinning',
    what: 'a test waits for such a stand-in by spawnSync: kill -9 of the worker',
    signal: ['SIGKILL', 'worker'],
    pools: ['forks'],
  },
  {
    name: 'fake-blocked-kill-main',
    file: 'fake-blocked',
    stage: 'spinning',
    what: 'a test waits for such a stand-in by spawnSync: kill -9 of Vitest',
    signal: ['SIGKILL', 'main'],
  },
  {
    name: 'spawned-pass',
    file: 'fake-pass',
    what: 'real QEMUs that the code under test spawned: a test passes',
    env: REAL,
    codes: [0],
  },
  {
    name: 'spawned-kill-worker',
    file: 'fake-signal',
    what: 'such QEMUs: kill -9 of the worker',
    env: REAL,
    signal: ['SIGKILL', 'worker'],
    pools: ['forks'],
  },
  {
    name: 'spawned-kill-main',
    file: 'fake-signal',
    what: 'such QEMUs: kill -9 of Vitest',
    env: REAL,
    signal: ['SIGKILL', 'main'],
  },
  ...spawnedEndings('spawned', 'such QEMUs', REAL),
  {
    name: 'spawned-blocked-kill-worker',
    file: 'fake-blocked',
    stage: 'spinning',
    what: 'a test waits for such a QEMU by spawnSync: kill -9 of the worker',
    env: REAL,
    signal: ['SIGKILL', 'worker'],
    pools: ['forks'],
  },
];
