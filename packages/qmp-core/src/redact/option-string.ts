import type { Hide } from './hide.ts';
import { canBeSecret, isSecretName, OF_SECRET_OBJECTS } from './table.ts';
import { redactText } from './text.ts';

/**
 * One of QEMU's option strings, `type,name=value,…`, without its secrets. A comma in a value is written
 * twice.
 *
 * @param isObject - Whether it describes an object, so that its type says what its `data` are.
 */
export function redactOptions(text: string, isObject: boolean, hide: Hide): string {
  const parts = splitAtCommas(text);
  const type = isObject ? (parts[0] ?? '').replace(/^qom-type=/, '') : '';
  const isSecretObject = type.startsWith('secret');
  return parts.map((part) => redactOption(part, isSecretObject, hide)).join(',');
}

function redactOption(part: string, isSecretObject: boolean, hide: Hide): string {
  const at = part.indexOf('=');
  if (at < 0) return redactText(part, hide);
  const [name, value] = [part.slice(0, at), part.slice(at + 1)];
  const isSecret = isSecretName(name) || (isSecretObject && OF_SECRET_OBJECTS.has(name));
  if (!isSecret) return redactText(part, hide);
  return canBeSecret(value) ? `${name}=${hide(value.replaceAll(',,', ','))}` : part;
}

/** The parts of an option string as they are written. */
function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) {
    if (text[at + 1] === ',') at++;
    else {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}
