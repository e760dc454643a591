import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Alias } from 'vite';

/** What stands in for Node's modules in the playground. */
export const NODE_IN_BROWSER: Alias[] = [
  {
    find: 'node:stream',
    replacement: createRequire(import.meta.url).resolve('readable-stream/lib/ours/browser.js'),
  },
  {
    find: /^node:(?:buffer|crypto|net|path|timers|util(?:\/types)?)$/,
    replacement: fileURLToPath(new URL('../src/no-node.ts', import.meta.url)),
  },
];
