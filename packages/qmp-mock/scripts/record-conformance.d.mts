/** Types of `record-conformance.mjs`, for the tests. */
import type { EngineCase, Mode } from './conformance.mjs';

export class Monitors {
  constructor(program: string);
  of(mode?: Mode): Promise<unknown>;
  stop(): Promise<void>;
}
export function introduce(
  monitors: Monitors,
): Promise<{ version: string; commands: Record<string, unknown> }>;
export function converse(monitor: unknown, given: EngineCase): Promise<string>;
