/** Each page has a title of its own, in the reader's language: tabs, history and screen readers tell them apart by it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { everyPage, open, stop } from './browser.mjs';

after(stop);

for (const language of ['en', 'fr']) {
  test(`no two pages share a title (${language})`, async () => {
    const pages = [...(await everyPage()), ['overview of gallium', '/?commodity=gallium'], ['flow of gallium', '/flow?commodity=gallium'], ['mineral gallium', '/mineral/gallium'], ['another country', '/country/CAN']];
    const seen = new Map();
    for (const [name, path] of pages) {
      const { page, close } = await open(path, { language });
      const title = await page.title();
      await close();
      assert.match(title, /\S · Didymium$/, `${name}: “${title}”`);
      assert.equal(seen.get(title), undefined, `${name} has the title of ${seen.get(title)}: “${title}”`);
      seen.set(title, name);
      if (language === 'fr') assert.doesNotMatch(title, /(?<!\u00a0):/, `${name}: no space before the colon: “${title}”`);
    }
    const named = (name) => [...seen].find(([, one]) => one === name)?.[0];
    assert.match(named('mineral gallium'), /^Gallium/);
    assert.match(named('country'), /^Chin[ae]/);
  });
}

test('the title follows the reader from page to page', async () => {
  const { page, close } = await open('/mineral/gallium');
  await page.getByRole('link', { name: 'Flow', exact: true }).click();
  await page.waitForFunction(() => document.title.startsWith('Gallium: Flow'));
  await close();
});
