/** Every number on every page opens where it comes from, save the few kinds that are named here. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, everyPage, open, stop } from './browser.mjs';

after(stop);

/** What leads on: a figure, a count, a link, a control, a part of a chart that opens. */
const OPENS = 'button, a, select, summary, [role=button], [data-figure]';
/**
 * Where numbers are not the twin's: the axis of a chart; ids; what is quoted of a source, a notice or a proof, each beside
 * its link (a version of the charter too); what was reckoned of reports as a whole (tests, factors, expectations), which
 * belongs to no one figure and stands beside the reports; the label of a country on the map, over which a button lies; the fields of a statement on its own page, where
 * the way back ends.
 */
const QUOTED = 'g[aria-label*="tick" i], text.tick, time, title, code, pre, dialog, [data-quoted], [data-reckoned], text.country, .club-name, main .columns dl';

/** What may stand anywhere: each takes its numbers out of a text, in this order, before it is looked at. */
const KINDS = [
  ['a class or a size in a legend', /^(?:≥ )?\d+(?:–\d+)?\s%$|^[\d,\s]+ t$|^\d+ km$/g],
  ['a class of an index in a legend', /^(?:below |moins de )[−-]?[\d.,]+$|^[−-]?[\d.,]+ (?:to|à) [−-]?[\d.,]+$|^[−-]?[\d.,]+ (?:and more|et plus)$/g],
  ['a name', /\bN-1\b|\bG7\b|\bDidymium [\d.]+|\bApache(?: License)? 2\.0|\bLicense 1\.1|Serif 4\b|\brank counts countries, 1\b|\ble rang compte les pays, 1\b/g],
  ['a customs code', /\((?:customs code |code douanier )?\d{4,6}(?:, [^)]*)?\)|\b(?:customs code|code douanier) \d{4,6}\b/g],
  ['a period or a day', /\b(?:\d{1,2} [a-zéû]+\.? )?(?:1[89]|20)\d\d(?:[–-](?:1[89]|20)?\d\d)*(?:-Q[1-4]|-\d\d(?:-\d\d)?)?(?:, \d\d:\d\d(?::\d\d)?)?\b|\b[QT][1-4]\b/gi],
  ['a level of confidence', /\b95 (?:of 100 cases|cas sur 100)\b/g],
  ['a threshold of a method', /(?<![\d.,])(?:0|1[,\s]000|1[,\s]800|5[,\s]000|10[,\s]000)(?=[\s,.;:)–]|$)|[−+]2[.,]5|(?<!\d)5\s?%/g],
];

/** Texts of the page with a number that neither opens nor is of a kind. */
async function closed(page) {
  const texts = await page.evaluate(
    ([opens, quoted]) => {
      const found = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const { data, parentElement: element } = walker.currentNode;
        if (!/\d/.test(data) || element.closest(`script, style, ${opens}, ${quoted}`)) continue;
        if (element.getClientRects().length > 0) found.push(data.trim());
      }
      return found;
    },
    [OPENS, QUOTED],
  );
  return texts.filter((text) => /\d/.test(KINDS.reduce((left, [, pattern]) => left.replace(pattern, ''), text)));
}

async function pages() {
  const { commodities } = await api('vocabulary');
  const families = commodities.filter((term) => term.kind === 'family').map((term) => term.key);
  return [
    ...(await everyPage()).map(([, path]) => path),
    ...families.flatMap((key) => [`/?commodity=${key}`, `/map?commodity=${key}`, `/flow?commodity=${key}`, `/indicators?commodity=${key}`, `/mineral/${key}`]),
    '/map?stage=magnet',
    '/balance?layer=neodymium&place=CHN&period=2022',
    '/balance?commodity=lithium',
    '/contradictions?show=all',
    '/flow?commodity=dysprosium',
    '/mineral/rare_earths?stage=magnet',
    '/mineral/ndpr',
    '/country/CAN',
    '/site/ni-ambatovy',
    '/sites?all=yes',
  ];
}

test('a number that opens nothing is found', async () => {
  const { page, close } = await open('/countries');
  await page.evaluate(() => document.querySelector('main h1').append(' 82 countries'));
  assert.deepEqual(await closed(page), ['82 countries']);
  await close();
});

for (const [language, width] of [['en', 1440], ['fr', 390]]) {
  test(`no number on any page is without its way back (${language}, ${width} wide)`, async () => {
    const faults = [];
    for (const path of await pages()) {
      const { page, close } = await open(path, { language, width });
      for (const text of await closed(page)) faults.push(`${path}: ${text}`);
      await close();
    }
    assert.deepEqual([...new Set(faults)], []);
  });
}

test('nor is one in a table behind a chart', async () => {
  const faults = [];
  for (const path of ['/mineral/rare_earths', '/mineral/germanium', '/flow', '/balance', '/indicators', '/country/CHN', '/site/bayan-obo', '/audit']) {
    const { page, close } = await open(path);
    for (const toggle of await page.locator('[data-table-toggle]').all()) await toggle.click();
    for (const text of await closed(page)) faults.push(`${path}: ${text}`);
    await close();
  }
  assert.deepEqual([...new Set(faults)], []);
});

test('what is counted opens with that many behind it, or with the sum that lists them', async () => {
  const counts = async (path) => {
    const { page, close } = await open(path);
    const found = await page.$$eval('main [data-figure^="sites|"], main [data-count], footer [data-figure]', (all) => all.map((one) => [one.dataset.figure ?? '', one.dataset.count ?? '', one.innerText]));
    await close();
    return found;
  };
  for (const path of ['/', '/map', '/map?stage=magnet', '/sites', '/country/CHN', '/mineral/germanium']) {
    const found = await counts(path);
    assert.ok(found.length > 0, path);
    for (const [figure, of, text] of found) {
      const provenance = await api(`provenance?figure=${encodeURIComponent(figure || of)}`);
      if (figure) assert.equal(provenance.sites_total, Number(text.replaceAll(',', '')), `${path}: ${figure}`);
      else assert.ok(provenance.inputs_total >= Number(text.replaceAll(',', '')), `${path}: ${of}`);
    }
  }
});
