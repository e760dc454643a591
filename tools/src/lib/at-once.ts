/** How many cases are run at once, if nobody says otherwise. */
export const AT_ONCE = 2;

/** Calls a function for each item, so many at once; gives the results in the order of the items. */
export async function mapAtOnce<T, R>(
  items: readonly T[],
  count: number,
  each: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const work = async (): Promise<void> => {
    for (const [at, item] of waiting) results[at] = await each(item);
  };
  await Promise.all(Array.from({ length: count }, work));
  return results;
}
