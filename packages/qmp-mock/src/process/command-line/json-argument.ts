import type { QemuProfile } from '../../engine/profile.ts';
import { DIALECTS } from '../../engine/json/dialect.ts';
import { JsonParser } from '../../engine/json/parser.ts';
import { QDict } from '../../engine/json/value.ts';
import { StartError } from './start-error.ts';

/**
 * Reads an option's argument that is JSON, as the version's own parser does: single quotes will do
 * (`qobject_from_json`).
 *
 * @throws StartError with QEMU's text.
 */
export function parseJsonArgument(text: string, profile: QemuProfile): QDict {
  const parser = new JsonParser({ dialect: DIALECTS[profile.rules.jsonParser] });
  // The line feed ends a word, so that it is seen.
  parser.push(Buffer.from(`${text}\n`));
  const item = parser.next();
  if (item === undefined) throw new StartError('JSON parse error, premature EOI');
  if (item.error !== undefined) throw new StartError(item.error);
  // A second value counts as soon as it begins.
  const [, rest = ''] = /^[^]*[}\]]([^}\]]*)$/.exec(text) ?? [];
  if (parser.next() !== undefined || rest.trim() !== '')
    throw new StartError('Expecting at most one JSON value');
  if (!(item.value instanceof QDict)) throw new StartError('JSON parse error, expecting value');
  return item.value;
}
