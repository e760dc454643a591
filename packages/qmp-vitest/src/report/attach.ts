import { resolve } from 'node:path';
import * as vitest from 'vitest';
import type { RunnerTestCase, TestArtifactBase } from 'vitest';

/** Data for the JSON reporter and custom reporters, in `task.meta.qmp` of a failed test. */
export interface QmpTaskMeta {
  /** Path of the full log. */
  readonly log: string | undefined;
  readonly machines: readonly {
    readonly name: string;
    /** The machine in words. */
    readonly what: string;
    /** Number of QMP messages, in both directions. */
    readonly messages: number;
    readonly commandLine: string | undefined;
    /** The end of the process, in words. */
    readonly exit: string | undefined;
  }[];
}

/** The artifact that a failed test records: its story as a text. */
export interface QmpStoryArtifact extends TestArtifactBase {
  type: 'qmp-vitest:story';
}

const artifactKey: unique symbol = Symbol('qmp-vitest:story');

declare module 'vitest' {
  interface TaskMeta {
    /** Set by qmp-vitest on a failed test that used a machine. */
    qmp?: QmpTaskMeta;
  }
  interface TestArtifactRegistry {
    [artifactKey]: QmpStoryArtifact;
  }
}

/** Hands the story to reporters that look for more than error messages. */
export async function attachStory(
  task: Readonly<RunnerTestCase>,
  story: string,
  meta: QmpTaskMeta,
  files: readonly string[] = [],
): Promise<void> {
  task.meta.qmp = meta;
  try {
    // Looked up when it is needed: Vitest 3 doesn't export it, and a missing import would stop every test.
    await vitest.recordArtifact(task, {
      type: 'qmp-vitest:story',
      attachments: [
        { contentType: 'text/plain', body: story, bodyEncoding: 'utf-8' },
        ...files.map((path) => ({ contentType: 'text/html', path: resolve(path) })),
      ],
    });
  } catch {
    // The story stands in the error already; a runner that refuses artifacts here takes nothing away.
  }
}
