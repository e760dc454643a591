import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MockQmpOptions } from 'qmp-mock';
import { findVersion, loadProfile } from 'qmp-mock/process';
import { guardProcess } from '../qemu/orphan-guard.ts';
import { quoteCommand } from '../qemu/quote.ts';
import { afterGreetings } from './after-greetings.ts';
import { ControlServer } from './control-server.ts';
import { endStandIn } from './end-stand-in.ts';
import { EMULATORS } from './emulators.ts';
import type { FakeQemuProcess } from './fake-qemu-process.ts';
import type { FailedNext, FailOptions, RefusedCommandLine } from './failures.ts';
import { FixtureDirectory, type FailedStart, type ImageCommand } from './fixture-directory.ts';
import { nodeScript } from './launcher-script.ts';
import type { PendingNext } from './machine-queue.ts';
import type { MachineSource, SourceListener } from './machine-source.ts';
import { MockedProcess } from './mocked-process.ts';
import { onlyAMock } from './only-a-mock.ts';
import { qemuCommand } from './qemu-command.ts';
import { ReplayedProcess } from './replayed-process.ts';
import { NODE_LAUNCHERS } from './shell/shell-script.ts';
import type { ShellLink } from './shell/shell-link.ts';
import { ShellPool } from './shell/shell-pool.ts';
import { ShellStandIn } from './shell/shell-stand-in.ts';
import type { SpawnedCassettes } from './spawned-cassettes.ts';
import type { StandIn } from './stand-in.ts';

/** Parts of a {@link LaunchedSource}. */
export interface LaunchedSourceOptions {
  readonly directory: string;
  readonly mockOptions: MockQmpOptions;
  /** The cassettes to play. Default: the machines are mocks. */
  readonly cassettes?: SpawnedCassettes | undefined;
}

/** A source whose machines are in this process, behind launchers that have their sockets. */
export class LaunchedSource implements MachineSource {
  readonly backend: 'mock' | 'replay';
  readonly #files: FixtureDirectory;
  readonly #options: LaunchedSourceOptions;
  readonly #listener: SourceListener;
  readonly #machines: (MockedProcess | ReplayedProcess)[] = [];
  #planned = 0;
  /** Number of failed starts that have been told of. */
  #toldRefusals = 0;
  /** The failed starts at the time when the directory was removed. */
  #failedStarts: readonly FailedStart[] | undefined;
  #imageCommands: readonly ImageCommand[] | undefined;
  #control: ControlServer | undefined;
  #shells: ShellPool | undefined;
  /** Shells that run. */
  readonly #standIns = new Set<StandIn>();
  /** The version by which command lines are read. */
  readonly #version: MockQmpOptions['qemu'];

  private constructor(options: LaunchedSourceOptions, listener: SourceListener) {
    this.#options = options;
    this.#listener = listener;
    this.#version = options.cassettes?.version ?? options.mockOptions.qemu;
    this.#files = new FixtureDirectory(options.directory);
    this.backend = options.cassettes === undefined ? 'mock' : 'replay';
  }

  /** Makes the launchers and listens for them. */
  static async open(options: LaunchedSourceOptions, listener: SourceListener): Promise<LaunchedSource> {
    const { directory } = options;
    const source = new LaunchedSource(options, listener);
    // Looks at the folder, which launchers then don't have to.
    loadProfile(source.#version);
    source.#files.prepare(findVersion(source.#version));
    source.#control = await ControlServer.listen(source.#files.controlSocket, {
      onLauncher: (launcher) => source.#started(launcher),
      onRefused: () => source.#refusedNow(),
    });
    writeFileSync(join(directory, 'node-launcher'), nodeScript('launcher'), { mode: 0o700 });
    // Whatever a package.json further up says.
    writeFileSync(join(directory, 'package.json'), '{ "type": "commonjs" }\n');
    symlinkSync('node-launcher', join(directory, 'qemu-img'));
    mkdirSync(join(directory, NODE_LAUNCHERS));
    for (const name of EMULATORS) symlinkSync('../node-launcher', join(directory, NODE_LAUNCHERS, name));
    if (ShellPool.isPossible) {
      source.#shells = ShellPool.open(directory, (link) => void source.#startedByShell(link));
    }
    if (source.#shells === undefined) symlinkSync('node-launcher', join(directory, 'launcher'));
    return source;
  }

  get refusals(): number {
    return this.#files.failedStarts.length;
  }

  get refused(): readonly RefusedCommandLine[] {
    return (this.#failedStarts ?? this.#files.failedStarts)
      .filter(({ planned }) => planned === undefined)
      .map(({ command, stderr }) => ({ commandLine: quoteCommand(command), stderr }));
  }

  get imageCommands(): readonly ImageCommand[] {
    return this.#imageCommands ?? this.#files.imageCommands;
  }

  failNext({ stderr = 'qemu-system-x86_64: cannot start\n', code = 1 }: FailOptions): FailedNext {
    if (this.backend !== 'mock') onlyAMock('fakeQemu.failNext', this.backend);
    const files = this.#files;
    const number = ++this.#planned;
    files.planFailure({ number, stderr, code });
    return {
      get happened() {
        return files.isClaimed(number);
      },
    };
  }

  verify(): void {
    this.#options.cassettes?.assertAllStarted();
  }

  async close(): Promise<void> {
    for (const vm of this.#machines) vm.testEnded();
    await this.#shells?.close();
    await Promise.all([this.#control?.close(), ...[...this.#standIns].map((standIn) => endStandIn(standIn))]);
    await Promise.all(this.#machines.map((vm) => vm.exited));
    this.#failedStarts = this.#files.failedStarts;
    this.#imageCommands = this.#files.imageCommands;
  }

  async #startedByShell(link: ShellLink): Promise<void> {
    try {
      await ShellStandIn.open({
        link,
        fixture: this.#files,
        profile: loadProfile(this.#version),
        onMachine: (standIn) => {
          this.#standIns.add(standIn);
          void standIn.ended.then(() => this.#standIns.delete(standIn));
          this.#started(standIn);
        },
        onRefused: () => this.#refusedNow(),
      });
    } catch (error) {
      link.die('SIGKILL');
      this.#listener.failed(error);
    }
  }

  #started(launcher: StandIn): void {
    // It ends when this process does, but a fork worker outlives a Vitest that was killed.
    afterGreetings(() => void launcher.ended.then(guardProcess(launcher.start.pid)));
    let waiting: PendingNext | undefined;
    let vm: MockedProcess | ReplayedProcess;
    try {
      waiting = this.#listener.meantBy(qemuCommand(launcher.start.name, launcher.start.argv));
      vm = this.#make(launcher, waiting?.mockOptions);
    } catch (error) {
      launcher.tell({ type: 'vanish' });
      if (waiting === undefined) this.#listener.failed(error);
      return waiting?.reject(error);
    }
    this.#machines.push(vm);
    this.#listener.hand(vm, waiting);
  }

  #make(launcher: StandIn, ownOptions: MockQmpOptions | undefined): MockedProcess | ReplayedProcess {
    const { mockOptions, cassettes } = this.#options;
    const prepare = (vm: FakeQemuProcess): Promise<void> => this.#listener.prepare(vm);
    if (cassettes === undefined)
      return new MockedProcess(launcher, { ...mockOptions, ...ownOptions }, prepare);
    const player = cassettes.play(launcher.start.argv);
    return new ReplayedProcess({ launcher, player, profile: loadProfile(this.#version), prepare });
  }

  /** Tells those that wait of starts that were refused since they began. */
  #refusedNow(): void {
    const failed = this.#files.failedStarts;
    for (const [index, { command, stderr, exitCode, planned }] of failed.entries()) {
      if (index < this.#toldRefusals || planned !== undefined) continue;
      const [name = '', ...argv] = command;
      this.#listener.refuse(qemuCommand(name, argv), stderr, exitCode, index);
    }
    this.#toldRefusals = failed.length;
  }
}
