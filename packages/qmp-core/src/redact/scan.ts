/** Part of a text, from a position up to another. */
export type Span = readonly [from: number, to: number];

/**
 * Goes through a text from one sign to the next. It skips what `look` finds around a sign, so no character is
 * looked at more than a few times, whatever the text says.
 *
 * @param look - Gives the part of the text that it has found, or how far it has looked, as an empty part.
 */
export function* scan(text: string, sign: string, look: (at: number) => Span | undefined): Generator<Span> {
  let at = text.indexOf(sign);
  while (at >= 0) {
    const span = look(at);
    if (span !== undefined) yield span;
    at = text.indexOf(sign, Math.max(at + sign.length, span?.[1] ?? 0));
  }
}

/** The first position from here on whose character is one of these, or the end of the text. */
export function findEnd(text: string, from: number, stop: RegExp): number {
  let at = from;
  while (at < text.length && !stop.test(text[at]!)) at++;
  return at;
}

/** The first position from here on whose character isn't one of these. */
export function skip(text: string, from: number, what: RegExp, most: number = Infinity): number {
  let at = from;
  while (at < text.length && at - from < most && what.test(text[at]!)) at++;
  return at;
}

/** The position behind the last earlier character that isn't one of these. */
export function skipBack(text: string, from: number, what: RegExp, most: number = Infinity): number {
  let at = from;
  while (at > 0 && from - at < most && what.test(text[at - 1]!)) at--;
  return at;
}

/**
 * The quoted text that begins here, without its quotes, to the end of the line at most. Quotes that are
 * escaped, as in JSON within JSON, are closed in the same way. `undefined` if there is no quote here.
 */
export function quotedAt(text: string, at: number): Span | undefined {
  const open = skip(text, at, /\\/);
  const quote = text[open];
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined;
  const slashes = open - at;
  const stop = quote === '"' ? /["\r\n]/ : quote === "'" ? /['\r\n]/ : /[`\r\n]/;
  for (let end = findEnd(text, open + 1, stop); text[end] === quote; end = findEnd(text, end + 1, stop)) {
    const before = end - skipBack(text, end, /\\/, end - open - 1);
    if (slashes === 0 ? before % 2 === 0 : before === slashes) return [open + 1, end - slashes];
  }
  return [open + 1, findEnd(text, open + 1, /[\r\n]/)];
}
