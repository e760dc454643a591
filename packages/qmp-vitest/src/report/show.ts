import { printTranscript } from '../transcript/print.ts';
import type { MachineStory } from './story.ts';

/** Whether the conversations of passing tests are wanted: `QMP_TRANSCRIPT=all`. */
export function wantsConversations(env: NodeJS.ProcessEnv = process.env): boolean {
  return env['QMP_TRANSCRIPT'] === 'all';
}

/** The conversations of a test that passed, to be printed as its output. */
export function conversations(stories: readonly MachineStory[]): string {
  return stories
    .map(({ what, entries }) => `${what}\n${printTranscript(entries, { tail: Infinity, width: 160 })}`)
    .join('\n\n');
}
