/** A model in `-device help`; `categories` are numbers of headings. */
interface ModelHelp {
  readonly bus?: string;
  readonly alias?: string;
  readonly desc?: string;
  readonly categories: number[];
}

/** The output of `-device help`. */
export interface DeviceHelp {
  /** Its headings, in order. */
  readonly categories: readonly string[];
  readonly models: ReadonlyMap<string, ModelHelp>;
}

const HEADING = /^(\S.*) devices:$/;
const MODEL = /^name "([^"]+)"(?:, bus ([^,]+))?(?:, alias "([^"]+)")?(?:, desc "(.*?)")?(?:, no-user)?$/;

/** Reads what `-device help` prints. */
export function deviceHelp(text: string): DeviceHelp {
  const categories: string[] = [];
  const models = new Map<string, ModelHelp>();
  for (const line of text.split('\n')) {
    const heading = HEADING.exec(line)?.[1];
    if (heading !== undefined) categories.push(heading);
    const [, name, bus, alias, desc] = MODEL.exec(line) ?? [];
    if (name === undefined) continue;
    const known = models.get(name) ?? {
      ...(bus !== undefined && { bus }),
      ...(alias !== undefined && { alias }),
      ...(desc !== undefined && { desc }),
      categories: [],
    };
    known.categories.push(categories.length - 1);
    models.set(name, known);
  }
  return { categories, models };
}
