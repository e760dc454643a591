/** A copy of a regular expression without the flags that make it go on where it matched last. */
export function withoutPosition({ source, flags }: RegExp): RegExp {
  return new RegExp(source, flags.replace(/[gy]/g, ''));
}

/** Whether a value is a regular expression, of this or another realm: Jest runs tests in one of their own. */
export const isRegExp = (value: unknown): value is RegExp =>
  Object.prototype.toString.call(value) === '[object RegExp]';
