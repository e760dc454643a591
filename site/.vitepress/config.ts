import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type DefaultTheme } from 'vitepress';
import { NODE_IN_BROWSER } from './node.ts';
import { sidebar } from './sidebar.ts';
import { BASE, finishRelativeBase, relativeBase } from './relative-base.ts';
import { anchorOf } from './anchors.ts';
import { repositoryLinks } from './links.ts';

const inSite = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Written by TypeDoc. */
const api = JSON.parse(
  readFileSync(inSite('pages/api/typedoc-sidebar.json'), 'utf8'),
) as DefaultTheme.SidebarItem[];

export default defineConfig({
  title: 'qmp-test',
  description: 'Test software that drives QEMU: a client, a mock that answers as QEMU does, Vitest fixtures',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: '.vitepress/cache',
  base: BASE,
  lastUpdated: false,
  metaChunk: true,
  vite: {
    plugins: [relativeBase()],
    resolve: { alias: NODE_IN_BROWSER },
    build: {
      chunkSizeWarningLimit: 2000,
      // The mock may come to need more of Node than the playground has: that is no reason to have no pages. Its test tells.
      rollupOptions: { shimMissingExports: true },
    },
  },
  buildEnd: ({ outDir }) => finishRelativeBase(outDir),
  markdown: { config: repositoryLinks, anchor: { slugifyWithState: anchorOf } },
  themeConfig: {
    outline: [2, 3],
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/start' },
      { text: 'Reference', link: '/reference/qmp-vitest' },
      { text: 'API', link: '/api/' },
      { text: 'Playground', link: '/playground' },
    ],
    sidebar: { '/api/': api, '/': sidebar },
    socialLinks: [{ icon: 'github', link: 'https://github.com/OWNER/qmp-test' }],
  },
});
