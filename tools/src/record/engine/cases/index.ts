import type { EngineCase } from '../../../conformance/engine-table.ts';
import { addBroken } from './broken.ts';
import { CaseTable } from './case-table.ts';
import { addEnvelope } from './envelope.ts';
import { addLexer } from './lexer.ts';
import { addOrder } from './order.ts';
import { addSession } from './session.ts';
import { addWords } from './words.ts';

/** Every case of the engine table, without answers. */
export function engineCases(): readonly EngineCase[] {
  const table = new CaseTable();
  for (const add of [addLexer, addWords, addBroken, addEnvelope, addOrder, addSession]) add(table);
  return table.cases;
}
