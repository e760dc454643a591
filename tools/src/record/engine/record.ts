import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  answerOf,
  withAnswer,
  withAnswers,
  writeDown,
  type Answer,
  type EngineCase,
  type EngineRow,
} from '../../conformance/engine-table.ts';
import { readRows, writeRows } from '../../lib/json-lines.ts';
import { inRepository } from '../../lib/repository.ts';
import { compareVersions, recordedVersions, type VersionName } from '../../lib/versions.ts';
import type { Program } from '../../qemu/program.ts';
import { engineCases } from './cases/index.ts';
import { Conversations } from './conversations.ts';

/** The engine table. */
export const TABLE: string = inRepository('packages/qmp-mock/test/conformance/engine.jsonl');
/** File with the answers to the commands of the inputs, by version. */
const COMMANDS = inRepository('packages/qmp-mock/test/conformance/commands.json');
/** The commands that the inputs name and QEMU knows. */
const USED = ['query-name', 'query-uuid', 'query-kvm', 'query-block', 'migrate-pause'];
/** How often a conversation is held until QEMU says the same twice, or what the table says. */
const ATTEMPTS = 20;

export interface RecordOptions {
  /** Selects cases by their ids. */
  readonly only: RegExp;
  /** Whether nothing is written. */
  readonly check: boolean;
}

/** Records the engine table of one QEMU, or checks it. Says whether every conversation went as it should. */
export async function recordEngine(program: Program, { only, check }: RecordOptions): Promise<boolean> {
  const { version } = program;
  const table = new Map(readRows<EngineRow>(TABLE).map((row) => [row.id, row]));
  const versions = [...new Set([...recordedVersions(), version])].toSorted(compareVersions);
  const rows: EngineCase[] = [];
  let recorded = 0;
  let faults = 0;
  await using conversations = new Conversations(program);
  for (const given of engineCases()) {
    const before = table.get(given.id);
    const row = before === undefined ? given : { ...given, answers: before.answers };
    if (!only.test(given.id)) {
      rows.push(row);
      continue;
    }
    const known = before === undefined ? undefined : answerOf(before, version);
    const { answer, steady } = await steadyAnswer(conversations, given, check ? known : undefined);
    if (!steady) {
      faults++;
      console.log(`${given.id}: QEMU says ${JSON.stringify(answer)}`);
      if (check) console.log(`  the table says ${JSON.stringify(known)}`);
    }
    recorded++;
    rows.push(withAnswer(row, version, answer, versions));
  }
  console.log(
    `QEMU ${version}: ${recorded} cases, ${faults} ${check ? 'differ from the table' : 'unstable'}`,
  );
  if (!check) {
    writeRows(TABLE, rows);
    writeCommands({ ...readCommands(), [version]: await conversations.ask(USED) });
  }
  return faults === 0;
}

/** Takes a version out of the table. */
export function forgetEngine(version: VersionName): void {
  const versions = recordedVersions().filter((name) => name !== version);
  writeRows(
    TABLE,
    readRows<EngineRow>(TABLE).map((row) => withAnswers(row, versions)),
  );
  const { [version]: _, ...others } = readCommands();
  writeCommands(others);
}

/** Reads the commands' answers by version, with the versions in their order. */
function readCommands(): Record<string, unknown> {
  return existsSync(COMMANDS) ? JSON.parse(readFileSync(COMMANDS, 'utf8')) : {};
}

function writeCommands(commands: Record<string, unknown>): void {
  const sorted = Object.entries(commands).toSorted(([a], [b]) => compareVersions(a, b));
  writeFileSync(COMMANDS, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

/**
 * Holds a conversation until QEMU says the same twice in a row, or what is wanted: a client that leaves early
 * can lose replies, and the next one then finds them.
 */
export async function steadyAnswer(
  conversations: Conversations,
  given: EngineCase,
  wanted?: Answer,
): Promise<{ answer: Answer; steady: boolean }> {
  let answer = writeDown(await conversations.hold(given));
  let steady = wanted !== undefined && same(answer, wanted);
  for (let attempt = 0; attempt < ATTEMPTS && !steady; attempt++) {
    const again = writeDown(await conversations.hold(given));
    steady = same(again, wanted ?? answer);
    answer = again;
  }
  return { answer, steady };
}

const same = (a: Answer, b: Answer): boolean => JSON.stringify(a) === JSON.stringify(b);
