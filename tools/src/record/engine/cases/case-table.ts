import type { EngineCase, Mode } from '../../../conformance/engine-table.ts';

/** A command that shows whether the parser is at rest again. */
export const PROBE = '{"execute": "query-name", "id": "probe"}';

/** An input: text, or bytes as an array of numbers and texts. */
export type Input = string | readonly (string | number)[];

/** The cases of the engine table, in the making. */
export class CaseTable {
  readonly cases: EngineCase[] = [];

  /** Adds a case. */
  add(category: string, name: string, input: Input, mode?: Mode): void {
    const parts = typeof input === 'string' ? [input] : input;
    const bytes = Buffer.concat(
      parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))),
    );
    const text = bytes.toString();
    // Only text that survives the way through UTF-8 can be written as text.
    const given = Buffer.from(text).equals(bytes) ? { text } : { b64: bytes.toString('base64') };
    this.cases.push({
      id: `${category}/${name}`,
      category,
      ...(mode === undefined ? {} : { mode }),
      ...given,
    });
  }

  /** Adds a case of requests that are sent one by one. */
  addSteps(category: string, name: string, steps: readonly string[], mode: Mode): void {
    this.cases.push({ id: `${category}/${name}`, category, mode, steps: steps.map((step) => `${step}\n`) });
  }

  /** Adds a case of requests, each of which gets one reply. */
  addRequests(category: string, name: string, requests: readonly string[], mode: Mode): void {
    if (mode === 'oob') this.addSteps(category, name, requests, mode);
    else this.add(category, name, lines(...requests), mode);
  }
}

/** Texts, each on a line. */
export const lines = (...texts: readonly string[]): string => `${texts.join('\n')}\n`;

/** Two digits. */
export const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

/** A request with an id, which is given as JSON text. */
export const withId = (id: string | number): string => `{"execute": "query-name", "id": ${id}}`;
