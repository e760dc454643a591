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

const ENTRY = 'playground';
/** Modules of `site/src` that are tried. */
const MODULES = ['session', 'presets', 'command-line'].map((name) => inRepository(`site/src/${name}.ts`));

/** The parts of them that are tried. */
interface Playground {
  readonly PRESETS: readonly {
    readonly name: string;
    readonly args: string;
    readonly steps: readonly string[];
  }[];
  readonly wordsOf: (line: string) => string[];
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
    input: ENTRY,
    platform: 'browser',
    logLevel: 'silent',
    plugins: [
      {
        name: 'no-node',
        resolveId(id) {
          if (id === ENTRY) return id;
          return id === 'node:stream' ? streams : id.startsWith('node:') ? noNode : null;
        },
        load: (id) => (id === ENTRY ? MODULES.map((path) => `export * from '${path}';`).join('\n') : null),
      },
    ],
  });
  const { output } = await build.generate({ format: 'iife', name: 'playground', codeSplitting: false });
  return output[0].code;
}

/** The playground's code, in a context without Node. */
async function playground(): Promise<Playground> {
  const context = createContext({ ...BROWSER });
  runInContext('globalThis.self = globalThis', context);
  runInContext(await bundle(), context);
  return runInContext('playground', context) as Playground;
}

/** The files of a version, as the page loads them. */
const dataOf = (version: string): object =>
  new Proxy({}, { get: (_, file) => readFileSync(`${dataFolder(version)}/${String(file)}`, 'utf8') });

test('the playground needs nothing of Node that it does not have', { timeout: 60_000 }, async () => {
  const { Session } = await playground();
  for (const version of recordedVersions()) {
    const lines: string[] = [];
    const session = new Session(version, dataOf(version), ({ kind, text }) => {
      lines.push(`${kind} ${text}`);
    });
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

test('each of its presets starts, and answers', { timeout: 60_000 }, async () => {
  const { Session, PRESETS, wordsOf } = await playground();
  const version = recordedVersions().at(-1)!;
  for (const { name, args, steps } of PRESETS) {
    const lines: string[] = [];
    const session = new Session(version, dataOf(version), ({ kind, text }) => {
      lines.push(`${kind} ${text}`);
    });
    await session.start(wordsOf(args));
    for (const step of steps) await session.send(step, new Set());
    await session.close();
    const answers = lines.filter((line) => line.startsWith('return ')).length;
    expect(answers, `${name}\n${lines.join('\n')}`).toBeGreaterThanOrEqual(steps.length - 2);
  }
});
