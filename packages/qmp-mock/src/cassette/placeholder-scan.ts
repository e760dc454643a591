/**
 * A part of a recorded text: a literal text, or a placeholder. A placeholder without a name has another
 * meaning each time. `meaning` tells where the meaning may end if it begins at a place; `undefined` if it
 * can't begin there.
 */
export type RecordedPart = string | { readonly name: string; readonly meaning: Meaning };

/** Gives the first and the last place where a meaning that begins at `from` may end. */
export type Meaning = (
  text: string,
  from: number,
) => { readonly least: number; readonly most: number } | undefined;

/** Counts how often the scanner looks at a character, for tests of its growth. */
export interface Meter {
  steps: number;
}

/**
 * Finds the meanings of a recorded text's placeholders in the actual text. A placeholder ends at the first
 * place where the recorded text behind it continues. If there is no text between two placeholders, the first
 * takes as little as it can. A repeated placeholder has the same meaning again.
 *
 * It never tries anything twice: the work grows with the length of both texts, whatever they contain.
 *
 * @returns The meanings by name, or `undefined` if the texts don't match.
 */
export function scanPlaceholders(
  recorded: readonly RecordedPart[],
  actual: string,
  meter: Meter = { steps: 0 },
): Map<string, string> | undefined {
  const found = new Map<string, string>();
  const parts = joined(recorded);
  let at = 0;
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as RecordedPart;
    const text = typeof part === 'string' ? part : found.get(part.name);
    if (text !== undefined) {
      meter.steps += text.length;
      if (!actual.startsWith(text, at)) return undefined;
      at += text.length;
      continue;
    }
    const { name, meaning } = part as Exclude<RecordedPart, string>;
    const span = meaning(actual, at);
    if (span === undefined) return undefined;
    const end = endOf(parts, index, actual, span, meter);
    if (end === undefined || end > span.most) return undefined;
    if (name !== '') found.set(name, actual.slice(at, end));
    at = end;
  }
  return at === actual.length ? found : undefined;
}

/** Finds the end of the placeholder at `index`. */
function endOf(
  parts: readonly RecordedPart[],
  index: number,
  actual: string,
  { least, most }: { least: number; most: number },
  meter: Meter,
): number | undefined {
  const next = parts[index + 1];
  if (next === undefined) return actual.length >= least ? actual.length : undefined;
  if (typeof next !== 'string') return least;
  if (index + 2 < parts.length) return find(actual, next, least, most + next.length, meter);
  const end = actual.length - next.length;
  return end >= least ? end : undefined;
}

/** Joins neighbouring texts, and drops empty ones. */
function joined(parts: readonly RecordedPart[]): RecordedPart[] {
  const result: RecordedPart[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part === '') continue;
    if (typeof part === 'string' && typeof last === 'string') result[result.length - 1] = last + part;
    else result.push(part);
  }
  return result;
}

/**
 * Finds the first `wanted` in `text[from, to)`, by Knuth, Morris and Pratt: `indexOf` may look at a character
 * many times.
 */
function find(text: string, wanted: string, from: number, to: number, meter: Meter): number | undefined {
  const shorter = borders(wanted, meter);
  const end = Math.min(to, text.length);
  let matched = 0;
  for (let at = from; at < end; at++) {
    meter.steps++;
    while (matched > 0 && text[at] !== wanted[matched]) {
      meter.steps++;
      matched = shorter[matched - 1] as number;
    }
    if (text[at] === wanted[matched]) matched++;
    if (matched === wanted.length) return at + 1 - matched;
  }
  return undefined;
}

/** For each head of a text, the length of the longest shorter head that it ends with. */
function borders(text: string, meter: Meter): number[] {
  const lengths = [0];
  let length = 0;
  for (let at = 1; at < text.length; at++) {
    meter.steps++;
    while (length > 0 && text[at] !== text[length]) {
      meter.steps++;
      length = lengths[length - 1] as number;
    }
    if (text[at] === text[length]) length++;
    lengths.push(length);
  }
  return lengths;
}
