import { modelledPages } from './modelled/pages.ts';

/** Pages that are made from the code and the data, by their path. */
export function generatedPages(): ReadonlyMap<string, string> {
  return modelledPages();
}
