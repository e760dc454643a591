import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { inRepository } from '../lib/repository.ts';
import { dataFolder, recordedVersions } from '../lib/versions.ts';

/** Globals that a browser has and a bare context lacks. */
const BROWSER = {
  AbortController,
  AbortSignal,
  Event,
  EventTarget,
  TextDecoder,
  TextEncoder,
  URL,
  clearTimeout,
  queueMicrotask,
  setTimeout,
};

/** The part of `site/src/session.ts` that is tried. */
interface Playground {
  readonly Session: new (
    version: string,
    data: object,
    say: (line: { readonly kind: string; readonly text: string }) => void,
  ) => {
    readonly picture: { readonly devices: unknown };
    start(args: readonly string[]): Promise<void>;
    send(line: string, commands: ReadonlySet<string>): Promise<void>;
    close(): Promise<void>;
  };
}

/** Bundles the playground's session as Vite does, with the same stand-ins for Node's modules. */
async function bundle(): Promise<string> {
  const streams = createRequire(inRepository('site/package.json')).resolve(
    'readable-stream/lib/ours/browser.js',
  );
  const noNode = inRepository('site/src/no-node.ts');
  await using build = await rolldown({
    input: inRepository('site/src/session.ts'),
    platform: 'browser',
    logLevel: 'silent',
    plugins: [
      {
        name: 'no-node',
        resolveId: (id) => (id === 'node:stream' ? streams : id.startsWith('node:') ? noNode : null),
      },
    ],
  });
  const { output } = await build.generate({ format: 'iife', name: 'playground', codeSplitting: false });
  return output[0].code;
}

test('the playground needs nothing of Node that it does not have', { timeout: 60_000 }, async () => {
  const context = createContext({ ...BROWSER });
  runInContext('globalThis.self = globalThis', context);
  runInContext(await bundle(), context);
  const { Session } = runInContext('playground', context) as Playground;
  for (const version of recordedVersions()) {
    const data = new Proxy(
      {},
      { get: (_, file) => readFileSync(`${dataFolder(version)}/${String(file)}`, 'utf8') },
    );
    const lines: string[] = [];
    const session = new Session(version, data, ({ kind, text }) => void lines.push(`${kind} ${text}`));
    await session.start(['-machine', 'pc', '-nodefaults', '-display', 'none']);
    await session.send(
      '{"execute": "device_add", "arguments": {"driver": "virtio-rng-pci", "id": "r"}}',
      new Set(),
    );
    expect(lines.slice(-1)).toEqual(['return {"return": {}}']);
    expect(JSON.stringify(session.picture.devices)).toContain('"name":"virtio-rng-pci","detail":"r"');
    await session.close();
  }
});
