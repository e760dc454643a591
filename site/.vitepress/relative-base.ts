import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Base that the site is built with. No address has it: it's replaced by the one that a reader comes to. */
export const BASE = '/__base__/';

/** Global that holds the path of the site's root, once a page is open. */
const ROOT = 'globalThis.__ROOT__';

/** {@link BASE} as code in which it doesn't stand. */
const base = `("${BASE.slice(0, 3)}"+"${BASE.slice(3)}")`;

/** Makes a page's links absolute, for links stay what they are if a reader goes on to a page elsewhere. */
const ANCHOR = `for(const a of document.querySelectorAll("a[href]"))if(a.origin===location.origin)a.href=a.href`;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Lets every text in the site's code that has {@link BASE} in it be made when it's needed, so that the site
 * works below any path of any file server. VitePress knows absolute bases only.
 */
export function relativeBase(): Plugin {
  return {
    name: 'relative-base',
    apply: 'build',
    renderChunk: {
      order: 'post',
      handler(code, _chunk, { format }) {
        if (format !== 'es' || !code.includes(BASE)) return null;
        let changed = code;
        const found = literalsWithBase(this.parse(code), code);
        for (const { start, end } of found.toReversed()) {
          const text = `(${code.slice(start, end)}).replaceAll(${base},${ROOT}??${base})`;
          changed = changed.slice(0, start) + text + changed.slice(end);
        }
        return { code: changed, map: null };
      },
    },
  };
}

/** Texts of a program with {@link BASE} in them, in their order. */
function literalsWithBase(node: Node, code: string): Node[] {
  if (!code.slice(node.start, node.end).includes(BASE)) return [];
  if (node.type === 'Literal' || node.type === 'TemplateLiteral') return [node];
  return Object.values(node)
    .flat()
    .filter((child): child is Node => typeof (child as Node | null)?.type === 'string')
    .flatMap((child) => literalsWithBase(child, code));
}

/** Makes the links of the pages relative, and tells the site's code where it is. */
export function finishRelativeBase(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, file);
    if (/metadata\.\w+\.js$/.test(file)) {
      writeFileSync(path, `${readFileSync(path, 'utf8')};__VP_SITE_DATA__.base=${ROOT};`);
    } else if (file.endsWith('.html')) {
      const depth = file.split(/[\\/]/).length - 1;
      const up = depth === 0 ? './' : '../'.repeat(depth);
      const script = `<script>${ROOT}=new URL("${up}",location.href).pathname</script>`;
      const page = readFileSync(path, 'utf8')
        .replaceAll(BASE, up)
        .replace('<head>', `<head>${script}`)
        .replace('</body>', `<script>${ANCHOR}</script></body>`);
      writeFileSync(path, page);
    }
  }
}
