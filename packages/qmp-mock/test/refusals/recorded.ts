import { readRows } from '../../../../tools/src/lib/json-lines.ts';
import {
  refusalCases,
  type RefusalCase,
  type RefusalLine,
} from '../../../../tools/src/conformance/refusal-cases.ts';
import { BATCH_DIALECT } from '../../src/engine/json/dialect.ts';
import { JsonParser } from '../../src/engine/json/parser.ts';
import { QDict } from '../../src/engine/json/value.ts';

/** The recorded cases of a version. */
export function recordedCases(version: string): RefusalCase[] {
  return refusalCases(readRows<RefusalLine>(new URL(`${version}.jsonl`, import.meta.url)));
}

/** Arguments as the monitor gets them. */
export function parseArguments(text: string): QDict {
  const parser = new JsonParser({ dialect: BATCH_DIALECT });
  parser.push(Buffer.from(text));
  const value = parser.next()?.value;
  if (!(value instanceof QDict)) throw new TypeError(`No JSON object: ${text}`);
  return value;
}
