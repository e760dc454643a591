/** How much of a value a message shows before it is cut, in characters. */
const SHOWN = 120;

/**
 * A value on one line, for messages: JSON with `bigint` in full, and matchers by their own names. Never throws.
 *
 * @param limit - Longest text; what is beyond it is cut. Default 120 characters.
 */
export function show(value: unknown, limit: number = SHOWN): string {
  const text = render(value, []);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

function render(value: unknown, parents: readonly object[]): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'function':
      return value.name === '' ? 'a function' : `function ${value.name}`;
    case 'object':
      break;
    default:
      return String(value);
  }
  if (value === null) return 'null';
  if (value instanceof RegExp) return String(value);
  if (parents.includes(value)) return '(itself)';
  const named = nameOfMatcher(value);
  if (named !== undefined) return named;
  const inner = [...parents, value];
  if (Array.isArray(value)) return `[${value.map((element) => render(element, inner)).join(',')}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${render(member, inner)}`,
  );
  return `{${members.join(',')}}`;
}

/** Test runners give their asymmetric matchers a `toAsymmetricMatcher` for printing. */
function nameOfMatcher(value: object): string | undefined {
  if (!('asymmetricMatch' in value) || typeof value.asymmetricMatch !== 'function') return undefined;
  for (const name of ['toAsymmetricMatcher', 'toString'] as const) {
    const print: unknown = (value as Record<string, unknown>)[name];
    if (typeof print !== 'function' || print === Object.prototype.toString) continue;
    try {
      return withSample(String(print.call(value)), value);
    } catch {
      // the next one may do
    }
  }
  return 'a matcher';
}

/** Vitest and Jest keep what a matcher was made with as `sample`, and leave it out of the name. */
function withSample(name: string, matcher: object): string {
  const sample = 'sample' in matcher ? matcher.sample : undefined;
  return sample === undefined || /[\s<(]/.test(name) ? name : `${name} ${render(sample, [matcher])}`;
}
