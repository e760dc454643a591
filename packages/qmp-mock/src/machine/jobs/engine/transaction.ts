import type { QDict } from '../../../engine/json/value.ts';
import type { CommandCall } from '../../../engine/monitor/command-host.ts';
import { genericError } from '../../command.ts';
import { JobTransaction } from './job.ts';
import type { JobRules } from './job-rules.ts';
import type { Jobs } from './jobs.ts';

/** Steps of an action whose preparation has succeeded. */
export interface PreparedAction {
  /** All others could be prepared, too. */
  commit?(): void;
  /** Another could not be prepared: takes back what was done. */
  abort?(): void;
  /** In either case, at the end. */
  clean?(): void;
}

/** Context of an action. */
export interface ActionContext {
  /** Jobs that are to end together, if the user wants that. */
  readonly group: JobTransaction | undefined;
}

/** Prepares an action of a transaction: does what can be taken back. Throws QEMU's refusal. */
export type TransactionAction = (data: QDict, context: ActionContext) => PreparedAction;

/** Kinds of actions, by their names. */
export type ActionTable = ReadonlyMap<string, TransactionAction>;

/** An action of a transaction, as it was asked for. */
export interface AskedAction {
  readonly type: string;
  readonly data: QDict;
}

/** Runs actions, all or none (`qmp_transaction`). */
export class Transactions {
  readonly #jobs: Jobs;
  readonly #actions: ActionTable;
  readonly #rules: () => JobRules;

  constructor(jobs: Jobs, actions: ActionTable, rules: () => JobRules) {
    this.#jobs = jobs;
    this.#actions = actions;
    this.#rules = rules;
  }

  /** Runs a command that is a single action: of these, those on bitmaps don't wait for requests. */
  runOne(type: string, data: QDict, call: CommandCall): void {
    this.#jobs.during(call, () => {
      if (!type.startsWith('block-dirty-bitmap-')) this.#jobs.drain();
      this.#transact([{ type, data }], false);
    });
  }

  run(actions: readonly AskedAction[], { grouped }: { readonly grouped: boolean }, call: CommandCall): void {
    this.#jobs.during(call, () => {
      this.#jobs.drain();
      this.#transact(actions, grouped);
    });
  }

  #transact(actions: readonly AskedAction[], grouped: boolean): void {
    const rules = this.#rules();
    const group = grouped ? new JobTransaction() : undefined;
    const prepared: PreparedAction[] = [];
    let committed = false;
    try {
      for (const { type, data } of actions) {
        if (grouped && !rules.inGroup.includes(type)) {
          throw genericError(rules.notInGroup.replace('%', () => type));
        }
        const prepare = this.#actions.get(type);
        if (prepare === undefined) throw new Error(`The transaction action ${type} is unknown`);
        prepared.push(prepare(data, { group }));
      }
      for (const action of rules.lastFirst ? prepared.toReversed() : prepared) action.commit?.();
      committed = true;
    } finally {
      if (!committed) for (const action of prepared.toReversed()) action.abort?.();
      for (const action of rules.lastFirst ? prepared.toReversed() : prepared) action.clean?.();
    }
  }
}

/** The action that fails. */
export const ABORT: TransactionAction = () => {
  throw genericError('Transaction aborted using Abort action');
};
