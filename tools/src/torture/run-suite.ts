import { readRows } from '../lib/json-lines.ts';
import { inRepository } from '../lib/repository.ts';
import { runToEnd } from '../lib/run-to-end.ts';
import { FAULT, type RunSuite } from './suites.ts';

/** How a suite went. */
export interface Outcome {
  readonly passed: boolean;
  readonly why: string;
  /** The tests that run without a proxy, and why. */
  readonly withoutProxy: ReadonlyMap<string, string>;
  readonly output: string;
}

/** A line of what the proxies report. */
type Line =
  /** A test that runs without one. */
  | { readonly without: string; readonly reason: string }
  /** Counts of a process's proxies. */
  | { readonly streams: number; readonly bytes: number; readonly writes: number }
  /** Counts of one proxy. */
  | { readonly fault: string; readonly messages: number };

/** Runs a suite with its proxies, which report to a file. */
export async function runSuite({ cwd, command, args, env }: RunSuite, report: string): Promise<Outcome> {
  const { code, output } = await runToEnd(command, args, {
    cwd: inRepository(cwd),
    env: { ...env, QMP_FAULT_REPORT: report, NO_COLOR: '1' },
  });
  const withoutProxy = new Map<string, string>();
  let conversations = 0;
  let seen = 0;
  let wholeWrites = false;
  for (const line of readRows<Line>(report)) {
    if ('without' in line) withoutProxy.set(line.without, line.reason);
    else if ('streams' in line) {
      conversations += line.streams;
      seen += line.bytes;
      wholeWrites ||= line.bytes !== line.writes;
    } else if (line.fault === FAULT && line.messages > 0) {
      conversations++;
      seen += line.messages;
    }
  }
  const reached = conversations > 0 && seen > 0;
  const why =
    code !== 0
      ? `exit ${code}`
      : wholeWrites
        ? 'more than a byte went through at once'
        : reached
          ? `${conversations} conversations through the proxy`
          : 'nothing went through the proxy';
  return { passed: code === 0 && !wholeWrites && reached, why, withoutProxy, output };
}
