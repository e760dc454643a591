import { writeFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { inRepository } from '../lib/repository.ts';
import { runToEnd } from '../lib/run-to-end.ts';
import { VITEST } from '../lib/vitest.ts';
import { lookAtPlayground } from './look-playground.ts';
import { checks, type Checks } from './checks.ts';
import { serve } from './server.ts';

/** Sizes of a window. */
const WINDOWS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

/** Pages that are looked at for their own sake. */
const PAGES = [
  'index.html',
  'start.html',
  'guide/spawn.html',
  'troubleshooting.html',
  'modelled/devices.html',
  'api/qmp-core.html',
];

/** Uses the built site as a reader does. Gives what is wrong, a line each. */
export async function lookAtSite(browser: Browser, pictures: string | undefined): Promise<readonly string[]> {
  const server = await serve(inRepository('site/dist'));
  const { url } = server;
  const problems: string[] = [];
  try {
    for (const [name, viewport] of Object.entries(WINDOWS)) {
      const context = await browser.newContext({ viewport });
      const page = await context.newPage();
      const found: string[] = [];
      const check = checks(found);
      page.on('pageerror', (error) => found.push(error.message));
      page.on('response', (response) => {
        if (response.status() >= 400) found.push(`${response.url()}: ${response.status()}`);
      });
      const picture = async (of: string): Promise<void> => {
        if (pictures === undefined) return;
        mkdirSync(pictures, { recursive: true });
        await page.screenshot({ path: join(pictures, `${name}-${of}.png`), fullPage: of === 'playground' });
      };
      for (const path of PAGES) {
        await page.goto(`${url}${path}`);
        await page.locator('h1').first().waitFor();
        await isNoWider(page, path, check);
        await picture(path.replace('/', '-').replace('.html', ''));
      }
      if (name === 'desktop') {
        await followRecipe(page, url, check);
        await search(page, url, check);
      }
      await lookAtPlayground(page, url, check);
      await isNoWider(page, 'playground.html', check);
      await picture('playground');
      await context.close();
      problems.push(...found.map((problem) => `${name}: ${problem}`));
    }
  } finally {
    server.close();
  }
  return problems;
}

async function isNoWider(page: Page, path: string, check: Checks): Promise<void> {
  const wide = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  check(Number(wide) <= 0, `${path} is ${String(wide)} pixels wider than the window`);
}

/** Comes to a recipe from the first page, takes its code off the page, and runs it. */
async function followRecipe(page: Page, url: string, check: Checks): Promise<void> {
  await page.goto(`${url}index.html`);
  await page.getByRole('link', { name: 'Start in three minutes' }).click();
  await page.getByRole('heading', { name: 'Start in three minutes' }).waitFor();
  await page.getByRole('complementary').getByRole('link', { name: 'Recipes' }).click();
  await page.getByRole('heading', { name: 'Recipes', level: 1 }).waitFor();
  check(page.url() === `${url}recipes.html`, `the link to the recipes leads to ${page.url()}`);
  const code = await page.locator('div.language-ts code').first().innerText();
  const folder = inRepository(`tools/node_modules/.recipe-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'recipe.test.ts'), code);
    writeFileSync(join(folder, 'vitest.config.mjs'), 'export default { test: { testTimeout: 60_000 } };\n');
    const { code: exit, output } = await runToEnd(VITEST, ['run', '--root', folder], {
      cwd: folder,
      env: { QMP_BACKEND: 'mock', QMP_LOGS: 'off' },
    });
    check(exit === 0, `the first recipe, as it is on the page, fails:\n${output}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function search(page: Page, url: string, check: Checks): Promise<void> {
  await page.goto(`${url}start.html`);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.locator('.VPLocalSearchBox input').fill('refuseUnplug');
  const result = page.locator('.VPLocalSearchBox .result').first();
  await result.waitFor();
  await result.click();
  const found = page.locator('.vp-doc', { hasText: 'refuseUnplug' });
  const isThere = await found.waitFor().then(
    () => true,
    () => false,
  );
  check(isThere && !page.url().includes('start.html'), `the first result of a search is ${page.url()}`);
}
