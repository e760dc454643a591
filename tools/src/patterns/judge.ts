import { check } from 'recheck';
import { AT_ONCE, mapAtOnce } from '../lib/at-once.ts';
import type { Exception } from './exceptions.ts';
import { findPatterns, type FoundPattern } from './find-patterns.ts';

/** A pattern that may take more time than the text that it reads is long, or whose time cannot be told. */
export interface Finding {
  readonly file: string;
  readonly pattern: FoundPattern;
  /** Words of the check, with a text that shows it. */
  readonly fault: string;
}

/** No deadline of its own: the same pattern gets the same verdict on a busy machine. */
const UNHURRIED = { timeout: null, attackTimeout: null, incubationTimeout: null };

/** Those patterns of the files that recheck has something against, and how many there are in all. */
export async function judge(
  files: readonly { readonly file: string; readonly path: string }[],
): Promise<{ readonly count: number; readonly findings: readonly Finding[] }> {
  const found = files.flatMap(({ file, path }) => findPatterns(path).map((pattern) => ({ file, pattern })));
  const distinct = [...new Map(found.map(({ pattern }) => [String(pattern.regExp), pattern]))];
  const verdicts = new Map(
    await mapAtOnce(distinct, AT_ONCE, async ([text, pattern]) => [text, await faultOf(pattern)] as const),
  );
  const findings = found.flatMap(({ file, pattern }): Finding[] => {
    const fault = verdicts.get(String(pattern.regExp));
    return fault === undefined ? [] : [{ file, pattern, fault }];
  });
  return { count: found.length, findings };
}

async function faultOf({ regExp }: FoundPattern): Promise<string | undefined> {
  if (regExp === undefined) return 'is made at run time, so that nothing can be said of it';
  const verdict = await check(regExp.source, regExp.flags, UNHURRIED);
  if (verdict.status === 'safe') return undefined;
  if (verdict.status === 'unknown') return `could not be judged (${verdict.error.kind})`;
  return `takes ${verdict.complexity.summary} time, for example for ${verdict.attack.pattern}`;
}

/** Findings that aren't listed, and listed ones that aren't found. */
export function compare(
  findings: readonly Finding[],
  exceptions: readonly Exception[],
): { readonly added: readonly Finding[]; readonly gone: readonly Exception[] } {
  const isSame = ({ file, pattern }: Finding, exception: Exception): boolean =>
    file === exception.file && pattern.text === exception.text;
  return {
    added: findings.filter((finding) => !exceptions.some((one) => isSame(finding, one))),
    gone: exceptions.filter((one) => !findings.some((finding) => isSame(finding, one))),
  };
}
