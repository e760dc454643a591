/**
 * Finds the names that are nearest to a misspelt one, nearest first.
 *
 * @param limit - Largest number of names. Default 3.
 * @example
 * suggest('query-blok', ['query-block', 'quit']) // ['query-block']
 */
export function suggest(name: string, known: Iterable<string>, limit: number = 3): string[] {
  const worst = Math.max(1, Math.floor(name.length / 4));
  const near: { name: string; distance: number }[] = [];
  for (const candidate of known) {
    if (candidate === name || Math.abs(candidate.length - name.length) > worst) continue;
    const distance = editDistance(normalise(name), normalise(candidate), worst);
    if (distance <= worst) near.push({ name: candidate, distance });
  }
  near.sort((a, b) => a.distance - b.distance);
  return near.slice(0, limit).map((candidate) => candidate.name);
}

/** Normalises a name: `query_block` and `Query-Block` become `query-block`. */
const normalise = (name: string): string => name.toLowerCase().replaceAll('_', '-');

/**
 * Counts the changes from one text to the other: a character inserted, deleted or replaced, or two neighbours
 * swapped. Gives up with a number above `worst` as soon as there are more.
 */
function editDistance(a: string, b: string, worst: number): number {
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(row[j - 1]! + 1, old[j]! + 1, old[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, older[j - 2]! + 1);
      }
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > worst) return least;
    older = old;
    old = row;
  }
  return old[b.length]!;
}
