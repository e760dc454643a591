import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';

/** Sizes of a window. */
const WINDOWS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

/** Opens a trace in a browser at the sizes of a desktop and of a phone, and gives what is wrong with it. */
export async function lookAt(browser: Browser, file: string, picture: string | undefined): Promise<string[]> {
  const problems: string[] = [];
  for (const [name, viewport] of Object.entries(WINDOWS)) {
    const page = await browser.newPage({ viewport });
    page.on('pageerror', (error) => problems.push(`${name}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(`${name}: ${message.text()}`);
    });
    page.on('request', (request) => void problems.push(...foreign(request.url(), name)));
    await page.goto(pathToFileURL(file).href);
    problems.push(...(await inspect(page)).map((problem) => `${name}: ${problem}`));
    if (picture !== undefined && name === 'desktop') await page.screenshot({ path: picture });
    await page.close();
  }
  return problems;
}

/** A page that needs nothing else asks for its own file only. */
const foreign = (url: string, name: string): string[] =>
  url.startsWith('file:') ? [] : [`${name}: asks for ${url}`];

/** Uses a trace as a reader does, by keys and by the mouse. */
async function inspect(page: Page): Promise<string[]> {
  const problems: string[] = [];
  const require = (holds: boolean, what: string): void => void (holds || problems.push(what));
  const wide = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  require(Number(wide) <= 0, `is ${String(wide)} pixels wider than the window`);
  require((await page.locator('.errors pre').count()) > 0, "doesn't show the error");
  const rows = page.locator('.row');
  const all = await rows.count();
  require(all > 0, 'has no messages');

  const chosen = (): Promise<string> => page.locator('.row[aria-selected=true] .line').innerText();
  await page.keyboard.press('ArrowUp');
  const first = await chosen();
  await page.keyboard.press('ArrowUp');
  require(first !== (await chosen()), "can't be walked through by keys");
  require((await page.locator('#detail pre').first().innerText()).includes(
    '{',
  ), "doesn't show a message whole");

  require((await page.locator('.moment').count()) === 1, "doesn't tell what the machine had");

  await page.keyboard.press('/');
  await page.keyboard.type('no message has this');
  require((await page.locator('.row:visible').count()) === 0, "doesn't search");
  await page.locator('#search').fill('');
  await page.getByRole('button', { name: 'commands' }).click();
  require((await page.locator('.row.command:visible').count()) === 0, "doesn't filter");
  await page.getByRole('button', { name: 'commands' }).click();
  require((await page.locator('.row:visible').count()) === all, "doesn't show all again");

  await page.locator('.mark').first().click();
  require((await page.locator('.mark.chosen').count()) === 1, "doesn't choose on the time line");
  const before = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  await page.locator('#theme').click();
  const after = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  require(before !== after, "doesn't change between light and dark");
  await page.locator('#theme').click();
  await page.keyboard.press('Escape');
  await rows.last().click();
  await page.keyboard.press('e');
  return problems;
}
