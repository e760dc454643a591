/** One section of a config file. */
export interface ConfigSection {
  /** Name of the group of options. */
  readonly group: string;
  readonly id: string | undefined;
  /** Names and values, in order. */
  readonly entries: readonly (readonly [name: string, value: string])[];
  /** Line of the last entry, from 1; `undefined` if there is none. */
  readonly line: number | undefined;
}

/** A line that says nothing. */
export interface ConfigFault {
  readonly line: number;
  readonly message: string;
}

// QEMU reads 63 characters of the name of a group, an id or a parameter, and 1 023 of a value.
const HEADER_WITH_ID = /^\[\s*(\S{1,63}) "([^"]{1,63})/;
const HEADER = /^\[([^\]]{1,63})/;
const ENTRY = /^\s*(\S{1,63})\s*(?:=\s*"([^"]{1,1023}))?/;

/**
 * Takes the text of a config file apart (`-readconfig`): sections `[group "id"]`, in them `name = "value"`,
 * comments after `#`. A name without a quoted value has an empty one.
 *
 * @returns The sections that are complete before the first fault, and that fault.
 */
export function readConfigFile(text: string): {
  readonly sections: readonly ConfigSection[];
  readonly fault: ConfigFault | undefined;
} {
  const sections: { group: string; id: string | undefined; entries: [string, string][]; line?: number }[] =
    [];
  const done = (fault?: ConfigFault): ReturnType<typeof readConfigFile> => ({
    // The section that a fault is in is never acted on.
    sections: (fault === undefined ? sections : sections.slice(0, -1)).map((one) => ({
      ...one,
      line: one.line,
    })),
    fault,
  });
  const lines = text.replace(/\n$/, '').split('\n');
  for (const [index, content] of lines.entries()) {
    const line = index + 1;
    if (content === '' || content.startsWith('#')) continue;
    const [, group = HEADER.exec(content)?.[1], id] = HEADER_WITH_ID.exec(content) ?? [];
    if (group !== undefined) {
      sections.push({ group, id, entries: [] });
      continue;
    }
    const section = sections.at(-1);
    const [, name, value = ''] = ENTRY.exec(content) ?? [];
    if (name === undefined) return done({ line, message: 'parse error' });
    if (section === undefined) return done({ line, message: 'no group defined' });
    section.entries.push([name, value]);
    section.line = line;
  }
  return done();
}
