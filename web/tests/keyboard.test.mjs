/** The pages without a mouse. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, stop } from './browser.mjs';

after(stop);

const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('data-figure') ?? '');

test('Tab reaches a figure, Enter opens its provenance, Escape gives the focus back', async () => {
  const { page, close } = await open('/');
  let figure = '';
  for (let press = 0; press < 60 && !figure; press += 1) {
    await page.keyboard.press('Tab');
    figure = await focused(page);
  }
  assert.ok(figure, 'no figure was reached in 60 presses of Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open] .value');
  assert.equal(new URL(page.url()).searchParams.get('figure'), figure);
  // The focus cannot leave the open drawer.
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press('Tab');
    const inside = await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null);
    assert.ok(inside, 'the focus left the drawer');
  }
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  assert.equal(new URL(page.url()).searchParams.get('figure'), null);
  assert.equal(await focused(page), figure);
  await close();
});

test('the browser’s back closes the drawer', async () => {
  const { page, close } = await open('/');
  await page.locator('main [data-figure]').first().click();
  await page.waitForSelector('dialog[open]');
  await page.goBack();
  await page.waitForSelector('dialog', { state: 'detached' });
  await close();
});

test('the first Tab offers to skip to the content', async () => {
  const { page, close } = await open('/');
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), /Skip/);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'content');
  await close();
});
