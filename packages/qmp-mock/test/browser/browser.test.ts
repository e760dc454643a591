import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { loadProfile } from '../../src/version/load-profile.ts';
import { knownVersions } from '../../src/version/version-folders.ts';

/** Globals that a browser has and a bare context lacks. */
const BROWSER = { TextEncoder, TextDecoder, AbortController };

/**
 * Bundles the engine and the machine as for a browser; gives the code, and what it imports from elsewhere.
 */
async function bundle(): Promise<{ code: string; imports: readonly string[] }> {
  const input = fileURLToPath(new URL('query-status.ts', import.meta.url));
  await using build = await rolldown({
    input,
    platform: 'browser',
    logLevel: 'silent',
    external: /^node:/,
    resolve: { conditionNames: ['qmp-test-source', 'import', 'default'] },
  });
  const { output } = await build.generate({ format: 'iife', name: 'bundle' });
  const [chunk] = output;
  return { code: chunk.code, imports: chunk.imports };
}

describe('engine and machine', () => {
  it('run without Node: a bundle of them answers query-status', { timeout: 60_000 }, async () => {
    const { code, imports } = await bundle();
    expect(imports).toEqual([]);
    const context = createContext({ ...BROWSER });
    runInContext(code, context);
    for (const version of knownVersions()) {
      const read = (file: string): string =>
        readFileSync(new URL(`../../data/${version}/x86_64/${file}`, import.meta.url), 'utf8');
      context.ask = { name: version, read };
      const answer: unknown = runInContext('bundle.queryStatus(ask.name, ask.read)', context);
      expect(String(answer).split('\r\n').slice(1)).toEqual([
        '{"return": {}}',
        loadProfile(version).rules.statusHasSinglestep
          ? '{"return": {"status": "running", "singlestep": false, "running": true}}'
          : '{"return": {"status": "running", "running": true}}',
        '',
      ]);
    }
    expect(runInContext('typeof Buffer + typeof process + typeof require', context)).toBe(
      'undefined'.repeat(3),
    );
  });
});
