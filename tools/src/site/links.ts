import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { inRepository } from '../lib/repository.ts';

/** Folder of the built site. */
const SITE = inRepository('site/dist');

/** Links of the built site that lead nowhere, anchors included. */
export function checkLinks(): { readonly pages: number; readonly dead: readonly string[] } {
  const pages = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.html'),
  );
  const anchors = new Map(pages.map((page) => [page, anchorsOf(read(page))]));
  const dead = pages.flatMap((page) =>
    linksOf(read(page)).flatMap((link) => {
      const [path = '', anchor = ''] = link.split('#');
      const target = path === '' ? page : posix.join(posix.dirname(page), path);
      const file = target.endsWith('/') || target === '.' ? posix.join(target, 'index.html') : target;
      if (!existsSync(posix.join(SITE, file))) return [`${page}: ${link} is not there`];
      const known = anchors.get(file);
      const isThere = anchor === '' || known === undefined || known.has(decodeURIComponent(anchor));
      return isThere ? [] : [`${page}: ${link}: the page has no such anchor`];
    }),
  );
  return { pages: pages.length, dead: [...new Set(dead)] };
}

const read = (page: string): string => readFileSync(posix.join(SITE, page), 'utf8');

const anchorsOf = (html: string): ReadonlySet<string> =>
  new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => unescaped(id)));

/** Links to other pages of the site. */
const linksOf = (html: string): string[] =>
  [...html.matchAll(/<a\s[^>]*?href="([^"]+)"/g)]
    .map(([, href = '']) => unescaped(href))
    .filter((href) => !/^[a-z]+:/.test(href));

const unescaped = (text: string): string =>
  text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");
