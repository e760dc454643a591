/** Everything that makes a session: who opens a link with it sees the same. */
export interface SavedSession {
  readonly version: string;
  readonly args: string;
  readonly lines: readonly string[];
}

/** The fragment of a link that carries a session. */
export function fragmentOf({ version, args, lines }: SavedSession): string {
  const bytes = new TextEncoder().encode(JSON.stringify([version, args, lines]));
  const text = btoa(String.fromCodePoint(...bytes));
  return `#${text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** The session in a link's fragment; `undefined` if there is none that can be read. */
export function sessionIn(fragment: string): SavedSession | undefined {
  try {
    const text = atob(fragment.slice(1).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(text, (character) => character.codePointAt(0) ?? 0);
    const [version, args, lines] = JSON.parse(new TextDecoder().decode(bytes)) as unknown[];
    if (typeof version !== 'string' || typeof args !== 'string' || !Array.isArray(lines)) return undefined;
    return { version, args, lines: lines.map(String) };
  } catch {
    return undefined;
  }
}
