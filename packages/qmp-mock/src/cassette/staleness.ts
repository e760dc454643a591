import { suggest } from 'qmp-core/internal';
import type { JsonObject } from 'qmp-core/wire';
import { fromPlain } from '../engine/json/plain.ts';
import { QDict } from '../engine/json/value.ts';
import { checkArguments } from '../engine/schema/check-arguments.ts';
import { checkEvent, checkReturn, type Problem } from '../engine/schema/check-output.ts';
import type { Schema } from '../engine/schema/schema.ts';
import { placeOf, type Cassette, type CassetteLine } from './cassette.ts';
import { pairs } from './conversation.ts';
import { CassetteStaleError, recordAgainText } from './errors.ts';
import { schemaDifferences } from './schema-diff.ts';
import { knownSchema, schemaFrom, shapesOf, usedNames, type SchemaSource, type UsedName } from './shapes.ts';

/** One command or event of a cassette that another QEMU has differently. */
export interface StaleName {
  readonly kind: 'command' | 'event';
  readonly name: string;
  /** The first line of the cassette that uses it. */
  readonly line: number;
  /** Whether a recorded message could not be said any more, with the reason; `undefined` where all of them still could. */
  readonly broken: string | undefined;
  /** What has changed, each in words; empty where only the fact is known. */
  readonly changes: readonly string[];
}

/**
 * What of a cassette is no longer so under another QEMU: exactly the commands and events that it uses and whose shape has
 * changed. A change of what it does not use is none.
 *
 * @param against - That QEMU: a version that this package knows (`'11.1'`), or what its `query-qmp-schema` returns.
 * @example
 * findStale(parseCassette(text), '11.1').map(({ name }) => name) // ['blockdev-add']
 */
export function findStale(cassette: Cassette, against: SchemaSource): StaleName[] {
  const now = schemaFrom(against, 'the schema given');
  const then = knownSchema(cassette.header.qemu);
  const shapes = shapesOf(now, cassette.lines);
  const stale: StaleName[] = [];
  for (const used of usedNames(cassette.lines)) {
    const recorded = cassette.shapes[used.name];
    const present = Object.hasOwn(shapes, used.name);
    const broken = brokenBy(now, used, cassette.lines);
    const changes = then === undefined ? [] : schemaDifferences(then, now, used);
    const isSame = recorded === undefined ? changes.length === 0 : recorded === shapes[used.name];
    if (broken === undefined && (isSame || !present)) continue;
    stale.push({ ...used, line: broken?.line ?? used.line, broken: broken?.why, changes });
  }
  return stale;
}

/** How {@link assertFresh} treats changes. */
export interface FreshnessOptions {
  /**
   * What counts. `changed`: any change of a used command or event; `broken`: only one by which a recorded message could not be said any
   * more. Default `changed`.
   */
  readonly report?: 'changed' | 'broken' | undefined;
  /** How the cassette is recorded again, for the message: a command. Default: that of `qmp-mock record`. */
  readonly recordAgain?: string | undefined;
}

/**
 * Throws where a cassette is stale under another QEMU.
 *
 * @throws CassetteStaleError with each command and event that has changed, how, and the line that uses it.
 */
export function assertFresh(cassette: Cassette, against: SchemaSource, options: FreshnessOptions = {}): void {
  const all = findStale(cassette, against);
  const stale = options.report === 'broken' ? all.filter(({ broken }) => broken !== undefined) : all;
  if (stale.length === 0) return;
  const version = typeof against === 'string' ? `QEMU ${against}` : 'this QEMU';
  const names = stale.map(({ name }) => name);
  const head = `${cassette.file ?? 'The cassette'} was recorded on QEMU ${cassette.header.qemu ?? '?'} and is stale under ${version}: ${names.length === 1 ? 'one name' : `${names.length} names`} that it uses changed.`;
  const text = [
    head,
    ...stale.flatMap((one) => describe(cassette, one)),
    recordAgainText(options.recordAgain, 'on that QEMU'),
  ].join('\n');
  throw new CassetteStaleError(text, names);
}

/** How many changes of one name a message shows. */
const SHOWN = 6;

function describe(cassette: Cassette, { kind, name, line, broken, changes }: StaleName): string[] {
  const lines = [`  ✗ ${kind} ${name} (${placeOf(cassette, line)})`];
  if (broken !== undefined) lines.push(`      what was recorded cannot be said any more: ${broken}`);
  lines.push(...changes.slice(0, SHOWN).map((change) => `      ${change}`));
  if (changes.length > SHOWN) lines.push(`      … and ${changes.length - SHOWN} more changes`);
  if (broken === undefined && changes.length === 0) lines.push('      its shape is another');
  return lines;
}

/** The first line that could not be said under a schema, and why. */
function brokenBy(
  schema: Schema,
  { kind, name }: UsedName,
  lines: readonly CassetteLine[],
): { line: number; why: string } | undefined {
  const known = kind === 'command' ? schema.commands : schema.events;
  if (!known.has(name)) {
    const first = lines.find(
      (line) => (line.kind === 'command' || line.kind === 'event') && line.name === name,
    )!;
    // A command that was refused as unknown is unknown still.
    const refused =
      kind === 'command' &&
      pairs(lines).some(
        ({ command, reply }) => command.name === name && reply?.error?.class === 'CommandNotFound',
      );
    if (refused) return undefined;
    const [near] = suggest(name, known.keys(), 1);
    return {
      line: first.line,
      why: `there is no such ${kind}${near === undefined ? '' : `; did it become ${near}?`}`,
    };
  }
  if (kind === 'event') {
    for (const line of lines) {
      if (line.kind !== 'event' || line.name !== name) continue;
      const why = said(checkEvent(schema, name, line.data));
      if (why !== undefined) return { line: line.line, why };
    }
    return undefined;
  }
  for (const { command, reply } of pairs(lines)) {
    if (command.name !== name) continue;
    // What was refused then may well be refused now.
    if (reply?.error !== undefined) continue;
    const refusal = checkArguments(schema, name, argumentsOf(command.args));
    if (refusal !== undefined) return { line: command.line, why: refusal };
    const why = reply === undefined ? undefined : said(checkReturn(schema, name, reply.result));
    if (why !== undefined) return { line: reply!.line, why };
  }
  return undefined;
}

/** A placeholder for a number is a text in the file. */
function argumentsOf(args: JsonObject | undefined): QDict {
  return fromPlain(args ?? {}) as QDict;
}

function said([problem]: readonly Problem[]): string | undefined {
  return problem === undefined ? undefined : `${problem.path} ${problem.message}`.trim();
}
