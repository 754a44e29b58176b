/**
 * What the browser tests share: one Chromium, pages that note every fault, and the API of the node under test.
 *
 * `DIDYMIUM_URL` names the node (a running `didymium demo`); `CHROMIUM` the browser.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const base = (process.env.DIDYMIUM_URL ?? 'http://127.0.0.1:7410').replace(/\/$/, '');
export const results = fileURLToPath(new URL('../test-results/', import.meta.url));
mkdirSync(results, { recursive: true });

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How long anything may take (milliseconds): a test that passes does not wait, and a machine may have much else to do. */
const PATIENCE = 90_000;

/** How often the browser is started anew where it crashes before it shows anything: Chromium does, once in some hundred starts. */
const STARTS = 3;

let browser;

async function launched(left = STARTS) {
  try {
    return await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  } catch (error) {
    if (left <= 1 || !/SIGSEGV|has been closed/.test(error.message)) throw error;
    console.error('the browser crashed at its start; it is started again');
    return launched(left - 1);
  }
}

export async function start() {
  browser ??= await launched();
  return browser;
}

export async function stop() {
  await browser?.close();
  browser = undefined;
}

/** Answers of a page that is asked for something that is not there; Chromium logs them as errors. */
const EXPECTED = /status of 404/;

/**
 * Opens a page of the node in a context of its own. `faults` collects console errors, breaches of the content security
 * policy, exceptions and requests to any other host. `prepare` is called with the page before it goes anywhere.
 */
export async function open(path, { width = 1440, theme = 'light', language = 'en', missing = false, prepare } = {}) {
  const context = await (await start()).newContext({
    viewport: { width, height: width < 500 ? 844 : 900 },
    colorScheme: theme,
    locale: language === 'fr' ? 'fr-FR' : 'en-GB',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !(missing && EXPECTED.test(message.text()))) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== base) faults.push(`request to ${url.origin}`);
  });
  await prepare?.(page);
  await page.goto(base + path);
  await settled(page);
  // A page that asks again by itself may be waiting for a changed answer: what then comes too late is nobody's failure.
  const close = async () => {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  };
  return { page, faults, close };
}

/** Waits until the page has drawn what it asked for. */
export async function settled(page) {
  await page.waitForSelector('main h1');
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => !document.querySelector('main [role=status]')?.textContent?.match(/Loading|Chargement/));
}

export async function api(path) {
  const response = await fetch(`${base}/api/v1/${path}`);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.json();
}

/** Waits until every log of the demo is cosigned and copied by all: right after its start the figures still change. */
export async function quiet() {
  const late = Date.now() + PATIENCE;
  for (;;) {
    const { logs, others } = await api('audit');
    if (logs.every((log) => log.cosigners.length === others && log.copies.every((copy) => copy.behind === 0))) return;
    if (Date.now() > late) throw new Error(`not every log is cosigned and copied by all after ${PATIENCE} ms`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Elements that stick out of the window to the right. */
export function overflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .slice(0, 5)
      .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`);
  });
}

/** The addresses of pages about an element or a basket, which the sources count within a family. */
export const WITHIN_A_FAMILY = ['/?commodity=ndpr', '/map?commodity=terbium', '/flow?commodity=hree', '/mineral/dysprosium', '/mineral/ndpr'];

/** How long a file that the page makes itself may take, at most; then the button is pressed once more. */
const A_FILE = 20_000;

/**
 * What an export button of a chart saves; what the page says instead is a failure at once. The button is pressed by
 * key, so that a page that moves under the mouse does not swallow the click, and pressed once more if no file came:
 * on a laden machine a click was once seen to lead to no download.
 */
export async function saved(page, chart, kind) {
  const button = chart.locator(`[data-export=${kind}]`);
  const alert = chart.locator('[role=alert]');
  const said = alert.waitFor().then(
    async () => Promise.reject(new Error(`the page says: ${await alert.innerText()}`)),
    // Nothing was said: the download decides.
    () => new Promise(() => {}),
  );
  const attempt = async () => (await Promise.all([page.waitForEvent('download', { timeout: A_FILE }), button.press('Enter')]))[0];
  const file = await Promise.race([attempt().catch(attempt), said]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** Every page of the site, with a country, a site and a statement that exist. */
export async function everyPage() {
  const sites = await api('sites?limit=1&commodity=rare_earths');
  const site = sites.items[0];
  return [
    ['overview', '/'],
    ['map', '/map'],
    ['flow', '/flow'],
    ['balance', '/balance'],
    ['contradictions', '/contradictions'],
    ['indicators', '/indicators'],
    ['mineral', '/mineral/rare_earths'],
    ['countries', '/countries'],
    ['country', '/country/CHN'],
    ['sites', '/sites'],
    ['site', `/site/${encodeURIComponent(site.site)}`],
    ['statement', `/statement/${site.statement.statement}`],
    ['audit', '/audit'],
    ['governance', '/governance'],
    ['vintages', '/vintages'],
    ['about', '/about'],
  ];
}
