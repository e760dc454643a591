import type { QDict } from '../engine/json/value.ts';
import { notModelled } from '../engine/not-modelled.ts';
import { scopeOfQuery } from './query-scopes.ts';
import type { Recording } from './recording.ts';
import type { Power } from './run-state/power.ts';
import { DEFAULT_MEMORY, type Board } from './setup/board.ts';
import type { Setup } from './setup/setup.ts';

/** Arguments that choose among the entries of a recorded reply. */
const FILTERS: Readonly<Record<string, string>> = { 'query-stats-schemas': 'provider' };

/** Parts of the machine that {@link RecordedReplies} needs. */
export interface RecordedRepliesParts {
  readonly recording: Recording;
  readonly board: Board;
  readonly power: Pick<Power, 'state'>;
  readonly setup: Setup;
}

/** Answers to queries that no subsystem has: recorded ones, for machines in the state of the recording. */
export class RecordedReplies {
  readonly #parts: RecordedRepliesParts;

  constructor(parts: RecordedRepliesParts) {
    this.#parts = parts;
  }

  /** Whether there is a reply to the query. */
  has(query: string): boolean {
    return this.#parts.recording.has(query);
  }

  /** Gives the recorded reply, if the machine is in the same state as when it was recorded. */
  reply(query: string, args: QDict): unknown {
    const { board, power, setup, recording } = this.#parts;
    const filter = FILTERS[query];
    const wanted = filter === undefined ? undefined : args.get(filter);
    if ([...args].some(([name, value]) => value !== false && name !== filter)) {
      notModelled(`${query} with arguments`);
    }
    const { subjects, ofBoard } = scopeOfQuery(query);
    const { type, bare, family } = board;
    const isRight = ofBoard === 'any PC' ? family?.isPc === true : type === 'pc';
    if (ofBoard !== false && !bare && !isRight) notModelled(`${query} of machine ${type}`);
    if (ofBoard === 'recorded' && !bare && power.state !== 'prelaunch') {
      notModelled(`${query} of a guest that has run`);
    }
    if (query.startsWith('x-') && ofBoard !== false && isResized(board)) {
      notModelled(`${query} of other memory or CPUs than the default`);
    }
    setup.require(query, ...subjects);
    const reply = recording.reply(query);
    if (filter === undefined || wanted === undefined) return reply;
    return (reply as readonly QDict[]).filter((entry) => entry.get(filter) === wanted);
  }
}

/** Whether there is other memory, or other CPUs, than when replies were recorded. */
function isResized({ memory, cpus, bare }: Board): boolean {
  return memory !== (bare ? 0 : DEFAULT_MEMORY) || cpus > 1;
}
