/**
 * The ways in which a run ends. `file`: which file of the project; `signal`: what is sent, and to whom, once the
 * machines run, or, with `stage: 'spinning'`, once the test spins; `codes`: the exit codes that say that it ended in this way.
 */
export const endings = [
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
  ...['main', 'worker'].flatMap((whom) =>
    (whom === 'main' ? ['SIGINT', 'SIGTERM', 'SIGKILL'] : ['SIGKILL']).map((signal) => ({
      name: `spin-${signal.toLowerCase()}-${whom}`,
      file: 'spin',
      stage: 'spinning',
      what: `a test spins: ${signal} to ${whom === 'main' ? 'Vitest' : 'the worker'}`,
      signal: [signal, whom],
      ...(whom === 'worker' ? { pools: ['forks'] } : {}),
    })),
  ),
  ...['SIGINT', 'SIGTERM', 'SIGKILL'].map((signal) => ({
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
];
