// A page of `rf-lsp report` in headless Chromium: node report_page.mjs SCENARIO PAGE prints what was seen as JSON.
import { createRequire } from 'node:module';
import path from 'node:path';

const { chromium } = createRequire(path.join(process.env.RF_LSP_PLAYWRIGHT, 'package.json'))('playwright-core');
const [scenario, file] = process.argv.slice(2);
const flags = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--host-resolver-rules=MAP * ~NOTFOUND'];
const trouble = [];

/** The page, of which every request, word on the console and error is trouble. */
async function opened(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1300, height: 900 }, ...options });
  const page = await context.newPage();
  page.on('request', (request) => { if (request.url() !== `file://${file}` && !request.url().startsWith('data:')) trouble.push(request.url()); });
  page.on('console', (message) => trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(error.stack));
  page.on('dialog', (dialog) => { trouble.push(dialog.message()); dialog.dismiss(); });
  await page.goto(`file://${file}`);
  return page;
}

const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

async function drawing(page) {
  await settled(page);
  return page.evaluate(() => {
    const d = document.querySelector('.plane .read')?.getAttribute('d') ?? '';
    return {
      title: document.querySelector('.drawing h3').textContent,
      drawn: [...d.matchAll(/M(-?\d+) -?\d+h(\d+)/g)].map(([, at, long]) => [Number(at) - 16, Number(long)]),
    };
  });
}

const SCENARIOS = {
  async drawing() {
    const page = await opened();
    const row = (name) => page.locator(`tr[data-name="${name}"]`);
    const first = await drawing(page);
    await row('down.b').hover();
    const hovered = await drawing(page);
    const clip = await page.locator('.plane clipPath path').getAttribute('d');
    const read = [...clip.matchAll(/M-?\d+ (-?\d+)h\d+v(\d+)/g)].map(([, at, long]) => [Number(at), Number(long)]);
    const views = {};
    for (const view of ['field', 'both', 'input']) {
      await page.locator('.drawing select').selectOption(view);
      await row('down.b').hover();
      await drawing(page);
      views[view] = await page.locator('.plane').getAttribute('viewBox');
    }
    await page.locator('h2').hover();
    const left = await drawing(page);
    await row('down').focus();
    const keys = [];
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowLeft', 'ArrowDown']) {
      await page.keyboard.press(key);
      keys.push(await drawing(page));
    }
    await row('up').click();
    await drawing(page);
    const phases = [];
    for (const at of [0, 1, 2, 3]) {
      await page.locator('.axis input').first().fill(String(at));
      phases.push((await page.locator('.axis output').first().textContent()).match(/phase .*$/)[0]);
    }
    await page.waitForSelector('.chart .main-svg');
    const line = await page.locator('.chart .nsewdrag').boundingBox();
    const places = await page.evaluate(() => document.querySelectorAll('tbody tr[data-name="merge.b"]')[0].dataset.from);
    const calls = await page.evaluate(() => JSON.parse(document.getElementById('data-0').textContent).growth.data[0].x.length);
    const value = await page.evaluate((place) => {
      const chart = document.querySelector('.chart');
      return chart._fullLayout.yaxis.d2p(chart.data[0].y[place - 1]);
    }, Number(places));
    const x = line.x + line.width * (Number(places) - 0.5) / calls;
    await page.mouse.move(x - 3, line.y + value);
    await page.mouse.move(x, line.y + value);
    await page.waitForFunction(() => document.querySelector('.drawing h3').textContent === 'merge.b');
    const charted = (await drawing(page)).title;
    await page.waitForTimeout(200);
    const marked = await page.evaluate(() => document.querySelector('.chart')._fullLayout.shapes.filter((one) => one.type === 'rect' && one.visible === true).length);
    return { first, hovered, read, views, left, keys, phases, charted, marked };
  },

  async visit() {
    const seen = {};
    for (const [name, options] of [['screen', { colorScheme: 'light' }], ['telephone', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, colorScheme: 'dark' }]]) {
      const page = await opened(options);
      const tabs = await page.locator('[role=tab]').count();
      seen[name] = [];
      for (let index = 0; index < Math.max(tabs, 1); index += 1) {
        if (tabs) await page.locator('[role=tab]').nth(index).click();
        const shown = page.locator('main > section:not([hidden])').first();
        if (await shown.locator('.chart:not([hidden])').count()) await shown.locator('.chart .main-svg').first().waitFor();
        for (const button of await shown.locator('.tools button, .tools input').all()) await button.click();
        for (const row of await shown.locator('.layers tbody tr:not([hidden])').all()) await row.evaluate((one) => one.focus());
        await settled(page);
        seen[name].push(await page.evaluate(() => ({
          overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          dark: getComputedStyle(document.body).backgroundColor === 'rgb(18, 22, 28)',
        })));
      }
    }
    return seen;
  },

  async connecting() {
    const page = await opened();
    const refused = [];
    page.on('requestfailed', (request) => { if (request.failure().errorText === 'csp') refused.push(request.url()); });
    await page.waitForSelector('.chart .main-svg');
    const seen = await page.evaluate(async () => {
      const image = (address) => new Promise((done) => { const one = new Image(); one.onload = () => done('loaded'); one.onerror = () => done('refused'); one.src = address; });
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.head.append(script);
      return {
        fetch: await fetch('https://example.org/').then(() => 'answered', () => 'refused'),
        image: await image('https://example.org/a.png'),
        script: window.ran ? 'ran' : 'refused',
      };
    });
    // What the policy stops is told on the console, and never leaves the browser.
    const told = trouble.splice(0);
    trouble.push(...told.filter((text) => !text.includes('Content Security Policy') && !refused.includes(text)));
    return { ...seen, refused };
  },

  async rounding() {
    const page = await opened();
    return { rounded: await page.evaluate(() => {
      const found = [];
      for (let n = -9; n < 10; n += 1) for (const d of [1, 2, 3, 4]) found.push([n, d, rounded(n, d)]);
      return found;
    }) };
  },
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: flags });
try {
  const seen = await SCENARIOS[scenario]();
  console.log(JSON.stringify({ ...seen, trouble }));
} finally {
  await browser.close();
}
