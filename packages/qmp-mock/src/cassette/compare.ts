import { stringifyJson, type JsonObject, type JsonValue } from 'qmp-core/wire';
import { describeDifferences, show, type Difference } from 'qmp-core/matching';
import { Bindings } from './volatile.ts';

/**
 * Compares a recorded value, with placeholders, with the value of this run, and lists the differences. If
 * there are none, `bindings` learns the meanings of the placeholders.
 */
export function compareRecorded(recorded: JsonValue, actual: JsonValue, bindings: Bindings): Difference[] {
  const found: Difference[] = [];
  const learnt = bindings.copy();
  compare(recorded, actual, '', learnt, found);
  if (found.length === 0) bindings.learn(learnt);
  return found;
}

/** Compares arguments. Missing arguments equal empty ones. */
export function compareArguments(
  recorded: JsonObject | undefined,
  actual: JsonObject | undefined,
  bindings: Bindings,
): Difference[] {
  return compareRecorded(recorded ?? {}, actual ?? {}, bindings);
}

export { describeDifferences };

function compare(
  recorded: JsonValue,
  actual: JsonValue,
  path: string,
  bindings: Bindings,
  found: Difference[],
): void {
  const differ = (): void => {
    found.push({ path, reason: `recorded ${show(recorded)}, now ${show(actual)}` });
  };
  if (typeof recorded === 'string') {
    const text = recorded.startsWith('${int:') && typeof actual === 'number' ? String(actual) : actual;
    if (typeof text !== 'string' || !bindings.matches(recorded.replace(/^\$\{int:/, '${'), text)) differ();
  } else if (Array.isArray(recorded)) {
    if (!Array.isArray(actual)) return differ();
    if (recorded.length !== actual.length) {
      found.push({
        path,
        reason: `recorded ${recorded.length} elements, now ${actual.length}: ${show(actual)}`,
      });
      return;
    }
    recorded.forEach((element, at) => compare(element, actual[at]!, `${path}[${at}]`, bindings, found));
  } else if (isObject(recorded)) {
    if (!isObject(actual)) return differ();
    const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
    for (const [key, value] of Object.entries(recorded)) {
      if (Object.hasOwn(actual, key)) compare(value, actual[key]!, at(key), bindings, found);
      else found.push({ path: at(key), reason: `recorded ${show(value)}, now missing` });
    }
    for (const [key, value] of Object.entries(actual)) {
      if (!Object.hasOwn(recorded, key)) found.push({ path: at(key), reason: `new: ${show(value)}` });
    }
  } else if (stringifyJson(recorded) !== stringifyJson(actual)) {
    differ();
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
