import { isMembers } from './message.ts';

/** Id of commands that aren't part of a test's conversation: the fixtures' own questions. */
export const UNRECORDED_ID = 'qmp-vitest: not recorded';

/** Whether a message is such a command, or the reply to one. */
export function isUnrecorded(message: unknown): boolean {
  return isMembers(message) && message['id'] === UNRECORDED_ID;
}
