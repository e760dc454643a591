import { existsSync } from 'node:fs';
import { QmpDisconnectedError, type QmpClient } from 'qmp-core';
import type { JsonValue } from 'qmp-core/wire';
import {
  assertNoDrift,
  CassetteMissingError,
  CassetteRecorder,
  saveCassette,
  type CassetteMode,
} from 'qmp-mock';
import { openCassette } from '../cassette/open.ts';
import { isPlayed as cassetteIsPlayed, modeFor } from '../cassette/options.ts';
import { recordAgain } from '../cassette/record-again.ts';
import { launchQemu } from '../qemu/launch.ts';
import { locateQemu } from '../qemu/locate.ts';
import type { QemuOptions } from '../qemu/options.ts';
import type { QemuProcess } from '../qemu/process.ts';
import type { MachineStory } from '../report/story.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { Backend, Machine, StartRequest } from './backend.ts';
import { missingQemu, startQemu } from './qemu.ts';
import { cassetteFile, startReplay } from './player.ts';

/** The backend that is a QEMU process whose conversation is recorded, for the first time or again. */
export const recordBackend: Backend = {
  name: 'record',
  missing(request) {
    return isPlayed(request) ? undefined : missingQemu(request);
  },
  async start(request) {
    const file = cassetteFile(request);
    if (isPlayed(request)) return startReplay(request, file);
    const mode = modeFor('record', request.cassetteOptions);
    if (mode === 'lockdown' && !existsSync(file)) {
      throw new CassetteMissingError(
        `There is no cassette ${file} to compare with. Record it with QMP_BACKEND=record, and commit it`,
      );
    }
    const { paths, members, redact, times } = request.cassetteOptions;
    const schema = await schemaOf(request.qemuOptions);
    const commandLine: string[] = [];
    const recorder = new CassetteRecorder({ paths, members, redact, times, schema, commandLine });
    const launched = await startQemu(request, {
      record: recorder.record,
      seal: () => recorder.seal(),
    });
    commandLine.push(...ownWords(launched.qemu.argv));
    void launched.qemu.client.closed.then((error) =>
      recorder.end(error instanceof QmpDisconnectedError ? 'monitor' : 'client'),
    );
    const again = request.cassette === undefined ? undefined : recordAgain(request.cassette);
    return new RecordedMachine(launched, recorder, { file, mode, recordAgain: again });
  },
};

/** Whether the cassette is played and no QEMU is needed. */
function isPlayed(request: Pick<StartRequest, 'name' | 'cassette' | 'cassetteOptions'>): boolean {
  return cassetteIsPlayed('record', request.cassetteOptions, () => existsSync(cassetteFile(request)));
}

/** Destination of a recording. */
interface CassetteTarget {
  readonly file: string;
  readonly mode: CassetteMode;
  readonly recordAgain: string | undefined;
}

class RecordedMachine implements Machine {
  readonly backend = 'record';
  readonly mock = undefined;
  readonly name: string;
  readonly qemu: QemuProcess;
  readonly transcript: Transcript;
  readonly #machine: Machine;
  readonly #recorder: CassetteRecorder;
  readonly #target: CassetteTarget;

  constructor(
    machine: Machine & { readonly qemu: QemuProcess },
    recorder: CassetteRecorder,
    target: CassetteTarget,
  ) {
    this.name = machine.name;
    this.qemu = machine.qemu;
    this.transcript = machine.transcript;
    this.#machine = machine;
    this.#recorder = recorder;
    this.#target = target;
  }

  connect(): Promise<QmpClient> {
    return this.#machine.connect();
  }

  ready(idle: boolean): Promise<boolean> {
    return this.#machine.ready(idle);
  }

  /** Keeps the recording, because the test has passed, or compares it with the existing cassette. */
  verify(): void {
    const { file, mode, recordAgain: again } = this.#target;
    this.#recorder.seal();
    const cassette = this.#recorder.cassette();
    if (mode === 'lockdown') assertNoDrift(openCassette(file), cassette, { recordAgain: again });
    else saveCassette(file, cassette);
  }

  story(since: number): MachineStory {
    return this.#machine.story(since);
  }

  stop(): Promise<void> {
    this.#recorder.seal();
    return this.#machine.stop();
  }
}

const schemas = new Map<string, Promise<JsonValue[]>>();

/**
 * Asks a QEMU for its schema. Each worker asks once, on a separate machine, so that the question isn't part
 * of a test's conversation.
 */
export function schemaOf({ binary, env }: Partial<QemuOptions>): Promise<JsonValue[]> {
  const program = locateQemu({ binary });
  let schema = schemas.get(program);
  if (schema === undefined) schemas.set(program, (schema = askForSchema({ binary: program, env })));
  return schema;
}

async function askForSchema(options: QemuOptions): Promise<JsonValue[]> {
  const vm = await launchQemu({ ...options, transport: 'fd' });
  try {
    return (await vm.client.untyped.execute('query-qmp-schema')) as JsonValue[];
  } finally {
    await vm.dispose();
  }
}

/**
 * The command line without the arguments that connect QEMU to this process, because these aren't the test's.
 */
function ownWords(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const value = argv[at + 1] ?? '';
    if (/^socket,id=(?:qmp|console),|^chardev:(?:qmp|console)$|^exit-with-parent=/.test(value)) at++;
    else words.push(argv[at]!);
  }
  return words;
}
