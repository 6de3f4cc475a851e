// A real VS Code (code-server) in headless Chromium, as a person sees and uses it. Lines and columns count from 1.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const CACHE = process.env.RF_LSP_VSCODE; // where install.sh put things
const NODE = path.join(CACHE, 'bin/node');
const SERVER = path.join(CACHE, 'code-server/package/out/node/entry.js');
const { chromium } = createRequire(path.join(CACHE, 'tools/package.json'))('playwright-core');

const PATIENCE = 60_000;
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const USER_SETTINGS = {
  'workbench.startupEditor': 'none', 'workbench.tips.enabled': false, 'workbench.enableExperiments': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false, 'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.layoutControl.enabled': false, 'chat.disableAIFeatures': true, 'chat.commandCenter.enabled': false, 'window.commandCenter': false,
  'telemetry.telemetryLevel': 'off', 'update.mode': 'none', 'extensions.autoUpdate': false, 'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true, 'git.enabled': false, 'files.simpleDialog.enable': true, 'files.autoSave': 'off',
  'editor.minimap.enabled': false, 'editor.cursorBlinking': 'solid', 'editor.hover.delay': 200, 'editor.fontSize': 13,
  'window.confirmBeforeClose': 'never', 'npm.autoDetect': 'off', 'typescript.tsserver.enabled': false, 'json.schemaDownload.enable': false,
  'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never',
};

/** Poll until `get` gives something true; what it gave last is in the error otherwise. */
export async function until(what, get, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    let last;
    try { last = await get(); } catch (error) { last = undefined; if (Date.now() > end) throw error; }
    if (last) return last;
    if (Date.now() > end) throw new Error(`timeout: ${what}`);
    await sleep(150);
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => resolve(port)); });
  });
}

/**
 * Options: `vsix` (list), `workspace` (copied, so that edits stay out of the checkout), `workspaceFile` in it for several roots,
 * `file` to open, `settings`, `path` for PATH, `trusted` (default true), `size`. The caller must `close()` it.
 */
export async function open(options) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'rf-lsp-vscode-'));
  const workspace = path.join(home, 'workspace');
  fs.cpSync(options.workspace, workspace, { recursive: true });
  const [data, extensions] = [path.join(home, 'data'), path.join(home, 'extensions')];
  const profile = path.join(data, 'User');
  fs.mkdirSync(profile, { recursive: true });
  fs.mkdirSync(extensions);
  const trust = { 'security.workspace.trust.enabled': options.trusted === false };
  fs.writeFileSync(path.join(profile, 'settings.json'), JSON.stringify({ ...USER_SETTINGS, ...trust, ...options.settings }));

  // VS Code takes its environment from a login shell.
  const search = options.path ?? process.env.PATH;
  fs.writeFileSync(path.join(home, '.bash_profile'), `export PATH='${search}'\n`);
  const environment = {
    ...process.env, HOME: home, SHELL: '/bin/bash', XDG_CONFIG_HOME: path.join(home, 'config'), XDG_DATA_HOME: path.join(home, 'share'),
    PATH: search, VSCODE_PROXY_URI: '', EXTENSIONS_GALLERY: '{"serviceUrl":"","itemUrl":"","resourceUrlTemplate":""}',
  };
  const common = [SERVER, '--user-data-dir', data, '--extensions-dir', extensions];
  for (const vsix of options.vsix) {
    const { status, stdout, stderr } = spawnSync(NODE, [...common, '--install-extension', vsix], { env: environment, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${vsix} was not installed: ${stdout}${stderr}`);
  }
  const port = await freePort();
  const log = fs.openSync(path.join(home, 'code-server.log'), 'w');
  const flags = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'];
  if (options.trusted !== false) flags.push('--disable-workspace-trust');
  const child = spawn(NODE, [...common, ...flags], { env: environment, stdio: ['ignore', log, log], detached: true });
  const window = new Window(home, workspace, `http://127.0.0.1:${port}`, child, options);
  try {
    await window.start();
  } catch (error) {
    await window.close();
    throw error;
  }
  return window;
}

class Window {
  constructor(home, workspace, address, child, options) {
    Object.assign(this, { home, workspace, address, child, options, size: options.size ?? [1280, 800] });
  }

  async start() {
    await until('code-server', async () => (await fetch(`${this.address}/healthz`)).ok, 60_000);
    const rules = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';
    const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', rules];
    this.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: flags });
    const context = await this.browser.newContext({ viewport: { width: this.size[0], height: this.size[1] } });
    this.page = await context.newPage();
    this.page.setDefaultTimeout(PATIENCE);
    const file = this.options.file;
    const notebook = file.endsWith('.ipynb'); // the address would open it as text
    const payload = [['openFile', `vscode-remote://${new URL(this.address).host}${path.join(this.workspace, file)}`]];
    const query = notebook ? '' : `&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    const several = this.options.workspaceFile;
    const what = several ? `workspace=${encodeURIComponent(path.join(this.workspace, several))}` : `folder=${encodeURIComponent(this.workspace)}`;
    await this.page.goto(`${this.address}/?${what}${query}`, { waitUntil: 'domcontentloaded' });
    await this.page.waitForSelector('.monaco-workbench .part.editor');
    if (!notebook) return void (await this.page.waitForSelector('.editor-instance .view-lines .view-line'));
    await this.page.waitForSelector('.explorer-folders-view .monaco-list-row');
    await sleep(1000);
    await this.openFile(file);
  }

  async close() {
    await this.browser?.close().catch(() => {});
    for (const signal of ['SIGTERM', 'SIGKILL']) {
      try { process.kill(-this.child.pid, signal); } catch { /* it has ended */ }
      await sleep(400);
    }
    fs.rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async screenshot(file, clip) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file, clip });
  }

  read(file) {
    return fs.readFileSync(path.join(this.workspace, file), 'utf8');
  }

  /** The extension's own log and the server's standard error. */
  log() {
    const found = [];
    const walk = (folder) => {
      for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        const place = path.join(folder, entry.name);
        if (entry.isDirectory()) walk(place);
        else if (/rf-lsp/.test(entry.name)) found.push(fs.readFileSync(place, 'utf8'));
      }
    };
    walk(path.join(this.home, 'data/logs'));
    return found.join('\n');
  }

  // -- the keyboard ---------------------------------------------------------------------------------

  quickInput() {
    return this.page.locator('.quick-input-widget:visible input').first();
  }

  async quickOpen(key, text) {
    await until('quick input', async () => {
      await this.page.keyboard.press(key);
      await this.quickInput().waitFor({ timeout: 4000 });
      return true;
    });
    await this.quickInput().fill(text);
    await sleep(300);
  }

  async command(title) {
    await this.quickOpen('F1', `>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await sleep(500);
  }

  async openFile(file) {
    await this.quickOpen('Control+p', path.join(this.workspace, file));
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: path.basename(file) }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.waitForSelector(file.endsWith('.ipynb') ? '.notebookOverlay .cell-list-container' : '.editor-instance .view-lines .view-line');
    await sleep(500);
  }

  async goTo(line, column = 1) {
    const there = () => this.page.evaluate(([l, c]) => document.querySelector('#status\\.editor\\.selection')?.innerText.includes(`Ln ${l}, Col ${c}`), [line, column]);
    await until(`cursor at ${line}:${column}`, async () => {
      await this.page.keyboard.press('Escape');
      await this.quickOpen('Control+g', `:${line}:${column}`);
      await this.page.keyboard.press('Enter');
      return until('cursor', there, 2500);
    });
    await sleep(200);
  }

  async type(text) {
    await this.page.keyboard.type(text);
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
    await sleep(200);
  }

  async save() {
    await this.page.keyboard.press('Control+s');
    await until('saved', () => this.page.evaluate(() => !document.querySelector('.tab.active.dirty')), 8000);
    await sleep(200);
  }

  // -- what is seen ---------------------------------------------------------------------------------

  /** Inlay hints from top to bottom: `{text, line}`, where line is the whole line's text. */
  hints() {
    return this.page.evaluate(() => {
      const found = [];
      for (const line of document.querySelectorAll('.monaco-editor .view-lines .view-line')) {
        if (!line.offsetParent) continue;
        let text = '';
        for (const span of line.querySelectorAll('span > span')) if (/\bdyn-rule-/.test(span.className)) text += span.textContent;
        const clean = (value) => value.replace(/\u00a0/g, ' ');
        if (text) found.push({ text: clean(text).trim(), line: clean(line.textContent), top: line.getBoundingClientRect().top });
      }
      return found.sort((a, b) => a.top - b.top);
    });
  }

  waitForHint(text) {
    return until(`hint ${text}`, async () => (await this.hints()).find((hint) => hint.text.includes(text)));
  }

  async noHint(text) {
    await until(`no hint ${text}`, async () => !(await this.hints()).some((hint) => hint.text.includes(text)));
  }

  async hintBox(text) {
    return until(`hint ${text}`, () => this.page.evaluate((wanted) => {
      for (const span of document.querySelectorAll('.monaco-editor .view-line span > span')) {
        if (!/\bdyn-rule-/.test(span.className) || !span.textContent.replace(/\u00a0/g, ' ').includes(wanted)) continue;
        const box = span.getBoundingClientRect();
        return { x: box.x + Math.min(box.width / 2, 20), y: box.y + box.height / 2 };
      }
      return undefined;
    }, text));
  }

  async hoverHint(text) {
    await this.mouseAway();
    const { x, y } = await this.hintBox(text);
    await this.page.mouse.move(x - 3, y);
    await this.page.mouse.move(x, y, { steps: 3 });
    return this.hover();
  }

  async controlClickHint(text) {
    const { x, y } = await this.hintBox(text);
    await this.page.keyboard.down('Control');
    await this.page.mouse.move(x - 2, y);
    await this.page.mouse.move(x, y, { steps: 3 });
    await sleep(500);
    await this.page.mouse.click(x, y);
    await this.page.keyboard.up('Control');
    await sleep(600);
  }

  lenses() {
    return this.page.evaluate(() => [...document.querySelectorAll('.codelens-decoration')].map((lens) => lens.innerText.replace(/\u00a0/g, ' ').trim()).filter(Boolean));
  }

  waitForLens(text) {
    return until(`lens ${text}`, async () => (await this.lenses()).find((lens) => lens.includes(text)));
  }

  async clickLens(text) {
    await this.page.locator('.codelens-decoration a', { hasText: text }).first().click();
    await sleep(400);
  }

  /** The innermost frame of the webview in which a text stands. */
  webview(text, patience) {
    return until(`a page with ${text}`, async () => {
      for (const frame of this.page.frames()) {
        const shown = await frame.locator('body').innerText({ timeout: 1000 }).catch(() => '');
        if (frame !== this.page.mainFrame() && shown.includes(text)) return frame;
      }
      return undefined;
    }, patience);
  }

  /** Kinds of squiggles: error, warning, info. */
  squiggles() {
    return this.page.evaluate(() => [...document.querySelectorAll('.monaco-editor [class*="squiggly-"]')].map((mark) => mark.className.match(/squiggly-(\w+)/)[1]));
  }

  async problems() {
    await this.command('Problems: Focus on Problems View');
    await sleep(900);
    const labels = await this.page.evaluate(() => [...document.querySelectorAll('.markers-panel-container .monaco-list-row')].map((row) => row.getAttribute('aria-label')));
    await this.press('Control+j');
    return labels;
  }

  async mouseAway() {
    await this.page.mouse.move(this.size[0] - 4, 40);
    await this.page.keyboard.press('Escape');
    await sleep(250);
  }

  async hoverAt(line, column) {
    await this.goTo(line, column);
    const box = await until('cursor', () => this.page.evaluate(() => {
      const cursor = [...document.querySelectorAll('.editor-group-container.active .cursors-layer .cursor')].find((mark) => mark.offsetParent);
      const { x, y, height } = cursor.getBoundingClientRect();
      return { x, y: y + height / 2 };
    }));
    return until('hover', async () => {
      await this.mouseAway();
      await this.page.mouse.move(box.x - 30, box.y + 60);
      await this.page.mouse.move(box.x + 4, box.y, { steps: 5 });
      return this.hover(8000);
    });
  }

  async hover(patience = 15_000) {
    const get = () => this.page.evaluate(() => {
      const card = [...document.querySelectorAll('.monaco-hover:not(.hidden)')].find((hover) => hover.offsetParent && hover.textContent.trim());
      if (!card || /^Loading/.test(card.innerText)) return undefined;
      const { x, y, width, height } = card.getBoundingClientRect();
      return {
        text: card.innerText.trim(),
        tables: [...card.querySelectorAll('table')].map((table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))),
        pictures: [...card.querySelectorAll('img')].map((picture) => ({ width: picture.naturalWidth, height: picture.naturalHeight })),
        box: { x, y, width, height },
      };
    });
    await until('hover', get, patience);
    await sleep(500);
    return get();
  }

  async actions(line, column) {
    await this.goTo(line, column);
    return until('code actions', async () => {
      await this.page.keyboard.press('Control+.');
      await this.page.locator('.action-widget .monaco-list-row').first().waitFor({ timeout: 10_000 });
      await sleep(300);
      return this.page.evaluate(() => [...document.querySelectorAll('.action-widget .monaco-list-row')].filter((row) => !row.classList.contains('group-header')).map((row) => (row.querySelector('.title')?.textContent ?? row.textContent).trim()));
    });
  }

  async takeAction(title) {
    await this.page.locator('.action-widget .monaco-list-row', { hasText: title }).first().click();
    await sleep(600);
  }

  status() {
    return this.page.evaluate(() => [...document.querySelectorAll('.part.statusbar .statusbar-item')].map((item) => (item.getAttribute('aria-label') || item.innerText).trim()).filter(Boolean));
  }

  notifications() {
    return this.page.evaluate(() => [...document.querySelectorAll('.notification-list-item')].map((item) => item.innerText.replace(/\s+/g, ' ').trim()));
  }

  async clickNotification(button) {
    await this.page.locator('.notification-list-item .monaco-button', { hasText: button }).first().click();
  }

  // -- notebooks ------------------------------------------------------------------------------------

  /** The cells in view: `{text, hints, squiggles, lenses}`. */
  cells() {
    return this.page.evaluate(() => [...document.querySelectorAll('.notebookOverlay .cell-list-container .monaco-list-row')].map((row) => {
      const clean = (text) => text.replace(/\u00a0/g, ' ');
      const lines = [...row.querySelectorAll('.view-lines .view-line')].sort((a, b) => a.offsetTop - b.offsetTop);
      return {
        text: lines.map((line) => clean(line.textContent)).join('\n'),
        hints: [...row.querySelectorAll('.view-line span > span')].filter((span) => /\bdyn-rule-/.test(span.className)).map((span) => clean(span.textContent)),
        squiggles: [...row.querySelectorAll('[class*="squiggly-"]')].map((mark) => mark.className.match(/squiggly-(\w+)/)[1]),
        lenses: [...row.querySelectorAll('.codelens-decoration')].map((lens) => clean(lens.innerText).trim()).filter(Boolean),
      };
    }));
  }

  /** Put the cursor into a cell's editor. */
  async cellGoTo(cell, line, column) {
    const row = this.page.locator('.notebookOverlay .cell-list-container .monaco-list-row').nth(cell);
    const box = await row.locator('.view-line').nth(line - 1).boundingBox();
    await this.page.mouse.click(box.x + 2, box.y + box.height / 2);
    await this.press('Home', 'Home', ...Array(column - 1).fill('ArrowRight'));
  }
}
