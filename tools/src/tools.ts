import type { Tool } from './tool.ts';

/** Every sub-command, by name. */
export const tools: Readonly<Record<string, Tool>> = {
  qapi: {
    summary: "write qmp-core's types of QEMU's commands and events from the recorded schemas",
    load: () => import('./qapi/command.ts'),
  },
};
