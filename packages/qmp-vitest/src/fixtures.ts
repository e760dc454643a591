import type { QmpClient } from 'qmp-core';
import { QmpStateError } from 'qmp-core/internal';
import type { MockQmp, MockQmpOptions } from 'qmp-mock';
import * as vitest from 'vitest';
import { inject, test as vitestTest, type RunnerTestCase, type TestAPI } from 'vitest';
import type { CassetteOptions } from './cassette/options.ts';
import type { CassettePlace } from './cassette/place.ts';
import type { FakeQemu } from './fake-qemu/fake-qemu.ts';
import type { Launch } from './launch.ts';
import { defaultBackend, defaultTransport, mergeOptions, type QmpTestOptions } from './options.ts';
import type { QemuOptions } from './qemu/options.ts';
import type { QemuProcess } from './qemu/process.ts';
import { withScratch } from './scratch-fixture.ts';
import type { QmpSession } from './session.ts';
import type { PrepareMachine, SharedMachine } from './shared.ts';

/** The fixtures of a test. A fixture that a test doesn't ask for doesn't start. */
export interface QmpFixtures extends QmpTestOptions {
  /**
   * The mock behind `qmp`. A test that asks for it always runs against the mock, whatever the backend option
   * says.
   */
  mock: MockQmp;
  /**
   * The process behind `qmp`. A test that asks for it always runs against QEMU, whatever the backend option
   * says.
   */
  qemu: QemuProcess;
  /** A client that is connected to a fresh machine. */
  qmp: QmpClient;
  /** Starts more machines in the same test. */
  launch: Launch;
  /**
   * A directory to put on `PATH`. A `qemu-system-*` that the code under test starts from it is a mock in the
   * test.
   */
  fakeQemu: FakeQemu;
}

/** The fixtures of a test whose machine behind `qmp` is shared. */
export interface SharedQmpFixtures extends QmpFixtures {
  /** The shared machine. Call its `start` in a `test.beforeAll` that has a time limit of its own. */
  sharedMachine: SharedMachine;
}

/** Options of {@link withQmp}. */
export interface WithQmpOptions extends Partial<QmpTestOptions> {
  /**
   * Lifetime of the machine behind `qmp`: a `test` (the default), a `file` or a `worker`. Machines from
   * `launch` always end with their test.
   */
  scope?: 'test' | 'file' | 'worker' | undefined;
  /** Called once with each shared machine, before the first test gets it. */
  prepare?: PrepareMachine | undefined;
}

interface AllFixtures extends QmpFixtures {
  sharedMachine: SharedMachine | undefined;
  qmpSession: QmpSession;
}

/** Last limit of a teardown, in ms: each part of it has a shorter limit. */
const SETTLE_TIMEOUT = 120_000;

/**
 * Adds the fixtures to a test of your own.
 *
 * Each option comes from the first of these that sets it: `test.override` in the nearest suite; the
 * environment (`QMP_BACKEND`, `QMP_TRANSPORT`); `provide` in the Vitest config, a project's before the
 * root's; `options` here; the default. A test that asks for `mock` or `qemu` gets that backend. `qemuOptions`
 * and `mockOptions` are merged member by member.
 *
 * @throws QmpStateError if `base` isn't a `test`; in a hook or a test, because Vitest would never run what is
 *   defined there; and for the scopes `file` and `worker` inside a `describe`.
 * @example
 * import { test as base } from './my-test.ts'
 * export const test = withQmp(base, { qemuOptions: { args: ['-m', '64M'] } })
 */
export function withQmp<C extends object>(
  base: TestAPI<C>,
  options: WithQmpOptions & { scope: 'file' | 'worker' },
): TestAPI<C & SharedQmpFixtures>;
export function withQmp<C extends object>(
  base: TestAPI<C>,
  options?: WithQmpOptions,
): TestAPI<C & QmpFixtures>;
export function withQmp<C extends object>(
  base: TestAPI<C>,
  options: WithQmpOptions = {},
): TestAPI<C & QmpFixtures> {
  assertPlace(base, options.scope ?? 'test');
  return extendTest(base, options);
}

function extendTest<C extends object>(base: TestAPI<C>, options: WithQmpOptions): TestAPI<C & QmpFixtures> {
  const { scope = 'test', prepare } = options;
  const lifetime = { scope };
  const extended = withScratch(base as unknown as TestAPI).extend<AllFixtures>({
    // oxlint-disable no-empty-pattern -- Vitest reads the pattern to learn what a fixture needs: nothing
    qmpBackend: [async ({}, use) => use(defaultBackend(options.qmpBackend)), lifetime],
    qmpTransport: [async ({}, use) => use(defaultTransport(options.qmpTransport)), lifetime],
    qemuOptions: [async ({}, use) => use({}), lifetime],
    mockOptions: [async ({}, use) => use({}), lifetime],
    cassetteOptions: [async ({}, use) => use({}), lifetime],
    // oxlint-enable no-empty-pattern

    sharedMachine: [
      async ({ qmpBackend, qmpTransport, qemuOptions, mockOptions, cassetteOptions }, use) => {
        if (scope === 'test') return use(undefined);
        const { SharedMachine: Shared, Starter } = await import('./attempt.ts');
        const starter = new Starter(
          layered({ qmpBackend, qmpTransport, qemuOptions, mockOptions, cassetteOptions }, options),
        );
        await use(new Shared(starter, prepare));
        await starter.close();
      },
      lifetime,
    ],

    qmpSession: async (
      {
        task,
        signal,
        skip,
        onTestFinished,
        qmpBackend,
        qmpTransport,
        qemuOptions,
        mockOptions,
        cassetteOptions,
        sharedMachine,
        qmpScratch,
      },
      use,
    ) => {
      const own = layered({ qmpBackend, qmpTransport, qemuOptions, mockOptions, cassetteOptions }, options);
      const earlierErrors = task.result?.errors?.length ?? 0;
      const opening = import('./attempt.ts').then(({ QmpSession: Session, settle, Starter }) => {
        const starter = new Starter(own, signal, { cassette: placeOf(task), scratch: qmpScratch });
        const session = new Session({ starter, shared: sharedMachine, skip: (reason) => skip(reason) });
        return { session, settle: () => settle({ task, earlierErrors, session }) };
      });
      // Before the first `await`: a setup that outlives the test's timeout is forgotten by Vitest, this is
      // not.
      onTestFinished(async () => (await opening).settle(), SETTLE_TIMEOUT);
      const { session } = await opening;
      await use(session);
      await session.close();
    },

    // Vitest sets fixtures up in the order of this list: the ones that pin a backend come before the client.
    mock: async ({ qmpSession }, use) => use(await qmpSession.mock()),
    qemu: async ({ qmpSession }, use) => use(await qmpSession.qemu()),
    qmp: async ({ qmpSession }, use) => use(await qmpSession.client()),
    launch: async ({ qmpSession }, use) => use(((launched) => qmpSession.launch(launched)) as Launch),
    fakeQemu: async ({ task, qmpSession }, use) => use(await qmpSession.fakeQemu(patienceOf(task))),
  });
  return extended as unknown as TestAPI<C & QmpFixtures>;
}

/**
 * Refuses a call that Vitest would refuse once for each fixture, and a `base` that isn't a `test`.
 *
 * @throws QmpStateError with one sentence that says what to do.
 */
function assertPlace(base: object, scope: 'test' | 'file' | 'worker'): void {
  if (typeof (base as Partial<TestAPI>).extend !== 'function') {
    throw new QmpStateError(
      "withQmp adds fixtures to a `test` of Vitest: give it that, as in `withQmp(test)` with `import { test } from 'vitest'`.",
    );
  }
  if (isCollected()) {
    throw new QmpStateError(
      'withQmp has to be called at the top level of a file or in a `describe`, not in a hook or a test: ' +
        'Vitest has collected the tests of this file by then, and would never run those that are defined now.',
    );
  }
  if (scope === 'test') return;
  try {
    // oxlint-disable-next-line no-empty-pattern -- a fixture that needs nothing
    (base as TestAPI).extend<{ qmpPlace: null }>({ qmpPlace: [async ({}, use) => use(null), { scope }] });
  } catch {
    throw new QmpStateError(
      `withQmp with the scope '${scope}' has to be called at the top level of a file, outside of every \`describe\`: ` +
        `what it makes belongs to the ${scope}.`,
    );
  }
}

/**
 * Whether Vitest has collected the tests of the current file. Vitest doesn't say so outright, but it notes on
 * the file how long that took.
 */
function isCollected(): boolean {
  const { TestRunner } = vitest as { TestRunner?: { getCurrentSuite?: () => object } };
  try {
    const suite: { file?: { collectDuration?: number } } = TestRunner?.getCurrentSuite?.() ?? {};
    return suite.file?.collectDuration !== undefined;
  } catch {
    // There is no current file, as in a config.
    return false;
  }
}

/** The test that a cassette is of. */
function placeOf(task: Readonly<RunnerTestCase>): CassettePlace {
  const names: string[] = [task.name];
  for (let { suite } = task; suite !== undefined && suite !== task.file; suite = suite.suite) {
    names.unshift(suite.name);
  }
  return { file: task.file.filepath, names };
}

/**
 * Time in ms that a wait inside a test may take, so that the wait fails before the runner and says what
 * didn't come.
 */
function patienceOf({ timeout }: { readonly timeout: number }): number {
  return timeout > 0 ? timeout * 0.8 : Infinity;
}

/** Lays the options of a test over what the config provides and over `withQmp`'s own. */
function layered(test: QmpTestOptions, own: WithQmpOptions): QmpTestOptions {
  return {
    ...test,
    qemuOptions: mergeOptions<QemuOptions>(own.qemuOptions, inject('qemuOptions'), test.qemuOptions),
    mockOptions: mergeOptions<MockQmpOptions>(own.mockOptions, inject('mockOptions'), test.mockOptions),
    cassetteOptions: mergeOptions<CassetteOptions>(
      own.cassetteOptions,
      inject('cassetteOptions'),
      test.cassetteOptions,
    ),
  };
}

/**
 * Vitest's `test` with a machine in it.
 *
 * @example
 * test('stop pauses the guest', async ({ qmp }) => {
 *   await qmp.execute('stop')
 *   expect(await qmp.execute('query-status')).toMatchObject({ status: 'paused' })
 * })
 */
// Without a look at the place: a hook may well be the first to import this package.
export const test: TestAPI<QmpFixtures> = extendTest(vitestTest, {});
