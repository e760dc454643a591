/** Whether a value is a regular expression, of this or another realm: Jest runs tests in one of their own. */
export const isRegExp = (value: unknown): value is RegExp =>
  Object.prototype.toString.call(value) === '[object RegExp]';
