import { collectGarbage } from '../lib/memory.ts';

/** Memory that the process has in use, in bytes: heap and buffers. */
export function used(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
