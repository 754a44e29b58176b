/** Elements and baskets, which the sources count within a family: their pages say so and lead there. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, overflow, results, stop, WITHIN_A_FAMILY } from './browser.mjs';

after(stop);

for (const path of WITHIN_A_FAMILY) {
  for (const look of [{ width: 1440, theme: 'light', language: 'en' }, { width: 390, theme: 'dark', language: 'fr' }]) {
    test(`${path}, ${look.width} wide, ${look.language}`, async () => {
      const { page, faults, close } = await open(path, look);
      await page.screenshot({ path: `${results}${path.replace(/\W+/g, '-')}-${look.width}-${look.theme}-${look.language}.png`, fullPage: true });
      assert.deepEqual(faults, []);
      assert.deepEqual(await overflow(page), []);
      assert.equal(await page.locator('main [role=alert]').count(), 0);
      assert.doesNotMatch(await page.innerText('main'), /undefined|NaN|\[object/);
      // The way to the family's own page.
      const family = page.locator('main a', { hasText: look.language === 'fr' ? 'Terres rares' : 'Rare earths' }).first();
      await family.click();
      await page.waitForURL((url) => !url.search.includes('commodity') && !/dysprosium|ndpr/.test(url.pathname));
      await close();
    });
  }
}
