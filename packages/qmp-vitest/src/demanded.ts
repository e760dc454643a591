import type { QmpBackend } from './options.ts';

/**
 * Says in a sentence why a missing QEMU is a failure; `undefined` if it's a reason to skip.
 *
 * @param backend - Backend of the machine that can't start.
 */
export function whyDemanded(backend: QmpBackend, env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env['QMP_REQUIRE_QEMU'] === '1') return 'QMP_REQUIRE_QEMU=1 makes this a failure.';
  const asked = env['QMP_BACKEND'];
  const isAskedFor = asked === backend && (asked === 'qemu' || asked === 'record');
  // A CI job that names QEMU and tests nothing against it would be green for ever.
  if (!isAskedFor || !isContinuous(env)) return undefined;
  return `Because CI is set, and QMP_BACKEND=${asked} asks for a QEMU, this is a failure.`;
}

function isContinuous({ CI = '' }: NodeJS.ProcessEnv): boolean {
  return CI !== '' && CI !== '0' && CI !== 'false';
}
