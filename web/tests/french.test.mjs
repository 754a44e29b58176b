/** French pages are in French: notes of the data, faults and colons too; what stays English is marked as such. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, open, stop } from './browser.mjs';

after(stop);

test('the note of a figure is told in French', async () => {
  const balance = await api('balance?measure=production&commodity=rare_earths&stage=mine&form=ore&substance=REO&period=2023');
  const { page, close } = await open(`/?figure=${encodeURIComponent(balance.world.figure)}`, { language: 'fr' });
  await page.waitForSelector('dialog[open] .value');
  const note = page.locator('dialog .note', { hasText: 'Note' }).first();
  assert.match(await note.innerText(), /^Note\u00a0: total mondial arrondi par la source/);
  assert.equal(await note.locator('[lang=en]', { hasText: 'rounded' }).count(), 0);
  await close();
});

test('a note that the catalogue does not know is marked as English', async () => {
  const { items } = await api('sites?limit=500&commodity=rare_earths');
  const site = items.find((one) => one.processes.some((process) => process.note.includes('Nb-REE')));
  const { page, close } = await open(`/site/${encodeURIComponent(site.site)}`, { language: 'fr' });
  assert.ok((await page.locator('tr.note [lang=en]').count()) > 0);
  await close();
});

test('a fault is told in French first; the words of the node are marked as English', async () => {
  const refuse = (route) => route.fulfill({ status: 404, contentType: 'application/problem+json', json: { title: 'Not found', detail: 'no such period' } });
  const { page, close } = await open('/flow', { language: 'fr', missing: true, prepare: (fresh) => fresh.route('**/api/v1/flows?*', refuse) });
  const box = page.locator('.problem');
  assert.match(await box.innerText(), /Le nœud dit, en anglais\u00a0:/);
  assert.equal(await box.locator('[lang=en]').innerText(), 'no such period');
  await close();
});
