/** Types of `conformance.mjs`, for the tests. */

export type VersionName = '7.2' | '10.0' | '11.1';
export type Mode = 'plain' | 'bare' | 'oob' | 'pretty';

export interface EngineCase {
  readonly id: string;
  readonly category: string;
  readonly mode?: Mode;
  readonly text?: string;
  readonly b64?: string;
  readonly steps?: readonly string[];
}

/** An answer as it is written down; compare with `toEqual`. */
export type Answer = readonly unknown[] | { readonly malformed: string };

export interface EngineRow extends EngineCase {
  readonly answers: Readonly<Record<string, Answer>>;
}

export const VERSIONS: readonly VersionName[];
export function readRows<Row>(url: URL): Row[];
export function inputOf(given: EngineCase): Buffer[];
export function writeDown(output: string): Answer;
export function answerOf(row: EngineRow, version: string): Answer | undefined;
