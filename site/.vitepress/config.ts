import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type DefaultTheme } from 'vitepress';
import { sidebar } from './sidebar.ts';
import { BASE, finishRelativeBase, relativeBase } from './relative-base.ts';
import { repositoryLinks } from './links.ts';

const inSite = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Written by TypeDoc. */
const api = JSON.parse(
  readFileSync(inSite('pages/api/typedoc-sidebar.json'), 'utf8'),
) as DefaultTheme.SidebarItem[];

/** The anchor of a heading as the repository's own site makes it, so that a link works on both. */
const githubSlug = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

export default defineConfig({
  title: 'qmp-test',
  description: 'Test software that drives QEMU: a client, a mock that answers as QEMU does, Vitest fixtures',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: '.vitepress/cache',
  base: BASE,
  lastUpdated: false,
  metaChunk: true,
  vite: { plugins: [relativeBase()] },
  buildEnd: ({ outDir }) => finishRelativeBase(outDir),
  markdown: { config: repositoryLinks, anchor: { slugify: githubSlug } },
  themeConfig: {
    outline: [2, 3],
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/start' },
      { text: 'Reference', link: '/reference/qmp-vitest' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: { '/api/': api, '/': sidebar },
    socialLinks: [{ icon: 'github', link: 'https://github.com/OWNER/qmp-test' }],
  },
});
