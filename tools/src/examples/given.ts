/** Names that examples use and do not make: parts of a test, of a program, or of the code under test. */
export const GIVEN: Readonly<Record<string, string>> = {
  // Fixtures and what comes of them.
  client: "import('qmp-core').QmpClient",
  qmp: "import('qmp-core').QmpClient",
  listener: "import('qmp-core').QmpListener",
  mock: "import('qmp-mock').MockQmp",
  proxy: "import('qmp-mock').FaultProxy",
  recorder: "import('qmp-mock').CassetteRecorder",
  player: "import('qmp-mock').CassettePlayer",
  cassette: "import('qmp-mock').Cassette",
  job: "import('qmp-mock').JobControl",
  fakeQemu: "import('qmp-vitest').FakeQemu",
  vm: "import('qmp-vitest').QemuProcess",
  skip: '(reason: string) => never',
  // The inside of a mock.
  profile: "import('qmp-mock/process').QemuProfile",
  plan: "import('qmp-mock/process').StartPlan",
  host: "import('qmp-mock/process').Host",
  chardev: 'string',
  clock: "import('qmp-core').QmpClock",
  emit: '() => void',
  exit: '(code: number) => void',
  qemu: "import('qmp-mock/process').VirtualQemu",
  context: "import('qmp-mock/qemu-img').ImgContext",
  rest: "Omit<import('qmp-mock/qemu-img').ImgContext, 'files'>",
  // Node's.
  socket: "import('node:net').Socket",
  monitor: "import('node:net').Socket",
  server: "import('node:net').Server",
  child: "import('node:child_process').ChildProcess",
  file: "import('node:fs/promises').FileHandle",
  path: 'string',
  address: 'string',
  text: 'string',
  // Code under test.
  startMachine: '(options: { env?: NodeJS.ProcessEnv; qemuBinary?: string }) => Promise<void>',
  makeDisk: '(path: string, options: { env: NodeJS.ProcessEnv }) => Promise<void>',
  pressTheButton: '() => Promise<void>',
  send: '(...args: unknown[]) => void',
  serve: "(stream: import('node:stream').Duplex) => void",
  program: '{ addOption(option: unknown): void }',
  Option: 'new (flags: string) => { choices(values: readonly string[]): unknown }',
};

/** Names that examples use as they are imported: the modules that export them. */
export const IMPORTED: Readonly<Record<string, string>> = {
  afterAll: 'vitest',
  afterEach: 'vitest',
  beforeAll: 'vitest',
  describe: 'vitest',
  expect: 'vitest',
  test: 'vitest',
  vi: 'vitest',
  Duplex: 'node:stream',
  execFileSync: 'node:child_process',
  readFile: 'node:fs/promises',
  readFileSync: 'node:fs',
  spawn: 'node:child_process',
  writeFile: 'node:fs/promises',
};

/** A module of the user's, which examples import. */
export const OWN: readonly [file: string, source: string] = [
  'my-test.ts',
  "export { test } from 'vitest';\n",
];
