/** Smaller values than this one, the boldest cut first. */
function* smaller(value) {
  if (value instanceof Map) {
    for (const name of value.keys()) {
      const without = new Map(value);
      without.delete(name);
      yield without;
    }
    for (const [name, member] of value) {
      for (const less of smaller(member)) yield new Map(value).set(name, less);
    }
  } else if (Array.isArray(value)) {
    for (const index of value.keys()) yield value.toSpliced(index, 1);
    for (const [index, item] of value.entries()) {
      for (const less of smaller(item)) yield value.with(index, less);
    }
  } else if (typeof value === 'string' && value !== '') yield '';
  else if (typeof value === 'bigint') yield 0;
}

/** The smallest value found that `differs` still holds for; `differs` may ask and wait. */
export async function shrink(value, differs) {
  let best = value;
  for (let found = true; found;) {
    found = false;
    for (const candidate of smaller(best)) {
      if (await differs(candidate)) {
        best = candidate;
        found = true;
        break;
      }
    }
  }
  return best;
}
