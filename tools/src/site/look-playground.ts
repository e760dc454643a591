import type { Page } from 'playwright-core';
import { recordedVersions } from '../lib/versions.ts';
import type { Checks } from './checks.ts';

/** Plays with the playground as a visitor does, on each version. */
export async function lookAtPlayground(page: Page, url: string, check: Checks): Promise<void> {
  await page.goto(`${url}playground.html`);
  const lines = (kind: string): ReturnType<Page['locator']> => page.locator(`.talk li.${kind} code`);
  const say = async (text: string): Promise<string> => {
    const replies = page.locator('.talk li.return code, .talk li.error code');
    const before = await replies.count();
    await page.locator('#say').fill(text);
    await page.locator('#say').press('Enter');
    await replies.nth(before).waitFor();
    return replies.nth(before).innerText();
  };

  for (const version of recordedVersions()) {
    await page.locator('.version select').selectOption(version);
    await page.getByRole('button', { name: 'Hot-plug' }).click();
    const [major] = version.split('.');
    await lines('greeting')
      .filter({ hasText: `"major": ${major}` })
      .waitFor();
    await lines('return').first().waitFor();

    const status = await say('{"execute": "query-status"}');
    check(status.includes('"status": "running"'), `${version}: query-status: ${status}`);
    const refused = await say('{"execute": "set_link", "arguments": {"name": "nic0", "up": "yes"}}');
    const words = "Invalid parameter type for 'up', expected: boolean";
    check(refused.includes(words), `${version}: a wrong argument: ${refused}`);
    const info = await say('info status');
    check(info.includes('VM status: running'), `${version}: info status: ${info}`);

    await page.getByRole('button', { name: 'netdev_add' }).click();
    await page.getByRole('button', { name: 'device_add' }).first().click();
    const card = page.locator('.tree li.new', { hasText: 'nic0' });
    await card.waitFor();
    await page.getByRole('button', { name: 'device_del' }).click();
    await lines('event').filter({ hasText: 'DEVICE_DELETED' }).first().waitFor();
    check((await card.count()) === 0, `${version}: the card is in the tree after DEVICE_DELETED`);
  }

  // The link carries the session.
  const said = await lines('sent').allInnerTexts();
  const again = await page.context().newPage();
  try {
    await again.goto(page.url());
    await again
      .locator('.talk li.sent')
      .nth(said.length - 1)
      .waitFor();
    const repeated = await again.locator('.talk li.sent code').allInnerTexts();
    check(repeated.join('\n') === said.join('\n'), `the link repeats ${repeated.join('; ')}`);
  } finally {
    await again.close();
  }

  for (const preset of ['A cloud VM', 'A desktop', 'A failing migration']) {
    await page.getByRole('button', { name: preset }).click();
    await page.getByRole('button', { name: preset, pressed: true }).waitFor();
    await page.locator('.state', { hasText: /running|prelaunch/ }).waitFor();
    const steps = page.locator('.steps button');
    const replies = page.locator('.talk li.return, .talk li.error');
    for (let step = 0; step < (await steps.count()); step++) {
      const before = await replies.count();
      await steps.nth(step).click();
      await replies.nth(before).waitFor();
    }
    const unknown = await lines('error').filter({ hasText: 'does not model' }).allInnerTexts();
    check(unknown.length === 0, `${preset}: ${unknown.join('; ')}`);
  }
  check((await lines('event').filter({ hasText: 'failed' }).count()) > 0, 'the migration does not fail');
}
