import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownOptions } from 'vitepress';

type MarkdownIt = Parameters<NonNullable<MarkdownOptions['config']>>[0];

const REPOSITORY = 'https://github.com/OWNER/qmp-test';
/** Links by which the READMEs, which have to work elsewhere too, name files of the repository. */
const ABSOLUTE = new RegExp(
  `^(?:${REPOSITORY}/(?:blob|tree)/main|https://raw.githubusercontent.com/OWNER/qmp-test/main)/`,
);

const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * Leads links between files of the repository to the pages that are made of them; others to the repository's
 * own site. Pictures of `docs/` are at the root of the site.
 */
export function repositoryLinks(md: MarkdownIt): void {
  const pages = JSON.parse(readFileSync(inRepository('site/pages/pages.json'), 'utf8')) as Record<
    string,
    string
  >;
  const sources = new Map(Object.entries(pages).map(([source, page]) => [page, source]));
  md.core.ruler.push('repository-links', (state) => {
    const source = sources.get(String((state.env as { relativePath?: string }).relativePath));
    if (source === undefined) return;
    for (const token of state.tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type === 'link_open') {
        token.attrSet('href', linkFrom(source, token.attrGet('href') ?? '', pages));
      } else if (token.type === 'image') {
        token.attrSet('src', pictureFrom(source, token.attrGet('src') ?? ''));
      }
    }
  });
}

/** The path in the repository that a link leads to; `undefined` if it leads elsewhere. */
function targetOf(source: string, link: string): string | undefined {
  if (ABSOLUTE.test(link)) return link.replace(ABSOLUTE, '');
  if (/^(?:[a-z]+:|#|\/)/.test(link)) return undefined;
  return posix.join(posix.dirname(source), link);
}

function linkFrom(source: string, link: string, pages: Record<string, string>): string {
  const target = targetOf(source, link);
  if (target === undefined) return link;
  const [path = '', anchor] = target.split('#');
  const page = pages[path];
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (page !== undefined) return `/${page}${hash}`;
  // Pages that are made from the code have no source.
  if (path.startsWith('docs/') && !existsSync(inRepository(path))) return `/${path.slice(5)}${hash}`;
  return existsSync(inRepository(path)) ? `${REPOSITORY}/blob/main/${path}${hash}` : link;
}

function pictureFrom(source: string, link: string): string {
  const target = targetOf(source, link);
  return target?.startsWith('docs/') ? target.slice('docs'.length) : link;
}
