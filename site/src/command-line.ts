const WORD = /(?:'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^]|[^\s'"\\])+/g;
const PART = /'([^']*)'|"((?:\\[^]|[^"\\])*)"|\\([^])|([^'"\\]+)/g;

/** Takes a command line apart as a shell does, and drops the program's name. A backslash joins lines. */
export function wordsOf(line: string): string[] {
  const words = [...line.replaceAll(/\\\r?\n/g, ' ').matchAll(WORD)].map(([word]) =>
    word.replaceAll(PART, (_, single?: string, double?: string, escaped?: string, plain?: string) => {
      return single ?? double?.replaceAll(/\\([^])/g, '$1') ?? escaped ?? plain ?? '';
    }),
  );
  return /^(?:\S*\/)?(?:qemu-system-\S+|qemu-kvm|kvm)$/.test(words[0] ?? '') ? words.slice(1) : words;
}
