import type { QValue } from '../../engine/json/value.ts';
import type { Board } from '../setup/board.ts';
import { commandTable, type CommandTable } from '../command.ts';
import { hmpTable, showing, type HmpTable } from '../hmp/command.ts';
import { notModelled } from '../../engine/not-modelled.ts';
import type { Setup } from '../setup/setup.ts';
import type { Subsystem } from '../subsystem.ts';

/** The objects in which memory backends are found. */
export interface BackendLookup {
  /** Names and types of `/objects`, in QEMU's order. */
  list(): readonly { readonly name: string; readonly type: string }[];
  /** A property that a user's object was given. */
  given(id: string, property: string): QValue | undefined;
}

/** A memory backend as `query-memdev` shows it. */
interface MemoryBackend {
  readonly id: string;
  readonly size: unknown;
  readonly merge: unknown;
  readonly dump: unknown;
  readonly prealloc: unknown;
  readonly share: unknown;
  readonly reserve: unknown;
  readonly 'host-nodes': unknown;
  readonly policy: unknown;
}

/** The backends of memory (`query-memdev` in `qapi/machine.json`). */
export class MemoryBackends implements Subsystem {
  readonly commands: CommandTable;
  readonly #board: Board;
  readonly #objects: BackendLookup;
  readonly #setup: Setup;

  constructor(board: Board, objects: BackendLookup, setup: Setup) {
    this.#setup = setup;
    this.#board = board;
    this.#objects = objects;
    this.commands = commandTable({
      'query-memdev': (_args, call) => {
        if (board.family === undefined) notModelled(`${call.name} of machine ${board.type}`);
        if (setup.isInDoubt('objects')) notModelled(`${call.name} after an object that is not modelled`);
        return this.#backends();
      },
    });
  }

  infoTopics(): HmpTable {
    return hmpTable({
      memdev: showing<readonly MemoryBackend[]>('query-memdev', (backends) => [
        ...backends.flatMap(backendLines),
        '',
      ]),
    });
  }

  #backends(): MemoryBackend[] {
    return this.#objects
      .list()
      .filter(({ type }) => type.startsWith('child<memory-backend-'))
      .map(({ name, type }) => this.#backend(name, type.includes('-memfd')));
  }

  #backend(id: string, shared: boolean): MemoryBackend {
    const setting = (name: string, otherwise: unknown): unknown => this.#objects.given(id, name) ?? otherwise;
    return {
      id,
      size: setting('size', this.#board.memory),
      merge: setting('merge', true),
      dump: setting('dump', true),
      prealloc: setting('prealloc', this.#setup.has('mem-prealloc')),
      share: setting('share', shared),
      reserve: setting('reserve', true),
      'host-nodes': setting('host-nodes', []),
      policy: setting('policy', 'default'),
    };
  }
}

function backendLines(backend: MemoryBackend): string[] {
  const { size, merge, dump, prealloc, share, reserve, policy } = backend;
  const values = { size: ` ${String(size)}`, merge, dump, prealloc, share, reserve, policy };
  return [
    `memory backend: ${backend.id}`,
    ...Object.entries(values).map(([name, value]) => `  ${name}: ${String(value)}`),
    `  host nodes: ${(backend['host-nodes'] as readonly unknown[]).join(' ')}`,
  ];
}
