// What a person does with the extension, in a real VS Code. `node test.mjs [SCENARIO…]`; run.sh sets the environment.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { open, sleep, until } from './drive.mjs';

const { RF_LSP, RF_LSP_VSIX, RF_LSP_IMAGES, RF_LSP_SAMPLE, RF_LSP_PICTURES } = process.env;
const PATH_WITH = `${path.dirname(RF_LSP)}:${process.env.PATH}`;
const PATH_WITHOUT = process.env.PATH.split(':').filter((folder) => !fs.existsSync(path.join(folder, 'rf-lsp'))).join(':');

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'rf-lsp-test-'));
let window;

async function start(options) {
  window = await open({ vsix: [RF_LSP_VSIX], workspace: RF_LSP_SAMPLE, path: PATH_WITH, ...options });
  return window;
}

async function picture(name, clip) {
  if (RF_LSP_PICTURES) await window.screenshot(path.join(RF_LSP_IMAGES, `${name}.png`), clip);
}

/** A folder with files, for a workspace that is not the sample. */
function workspaceOf(files) {
  const folder = fs.mkdtempSync(path.join(scratch, 'workspace-'));
  for (const [name, text] of Object.entries(files)) {
    const place = path.join(folder, name);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.writeFileSync(place, text);
  }
  return folder;
}

const scenarios = {
  async file() {
    await start({ file: 'net.py' });
    await window.waitForHint('32×48×48 · RF 7');
    await window.waitForHint('128×24×24 · RF 21');
    assert.match(await window.waitForLens('Net ·'), /3×96×96 → 10/);
    await until('a squiggle', async () => (await window.squiggles()).includes('error'));
    const status = await until('status', async () => (await window.status()).find((text) => /rf-lsp: 1 model/.test(text)));
    assert.ok(status);

    const card = await window.hoverAt(13, 24);
    assert.match(card.text, /conv3/);
    const rows = card.tables.flat();
    assert.ok(rows.some((row) => row[0] === 'output' && row[1].includes('128×24×24')), JSON.stringify(rows));
    assert.ok(rows.some((row) => row[0] === 'receptive field' && row[1].startsWith('21')), JSON.stringify(rows));
    assert.ok(card.pictures.length === 1 && card.pictures[0].width > 0, 'the drawing of the field is shown');
    await window.mouseAway();

    assert.match((await window.hoverHint('64×48×48')).text, /conv2/);
    await window.mouseAway();
    await window.controlClickHint('64×48×48'); // a hint where a layer is built leads to where it is called
    await until('the cursor is at the call', async () => (await window.status()).some((text) => /Ln 19/.test(text)));

    const problems = await window.problems();
    assert.ok(problems.some((label) => /^Error: conv3 expects 32 input channels, gets 64 at line 20/.test(label)), problems.join('\n'));
  },

  async fix() {
    await start({ file: 'net.py' });
    await until('a squiggle', async () => (await window.squiggles()).includes('error'));
    const titles = await window.actions(20, 36);
    const fix = titles.find((title) => /in_channels/.test(title));
    assert.ok(fix, `a fix among ${titles.join(' | ')}`);
    assert.ok(titles.some((title) => /ignore/i.test(title)), `an ignore among ${titles.join(' | ')}`);
    await window.takeAction(fix);
    await until('no error', async () => !(await window.squiggles()).includes('error'));
    await window.save();
    assert.match(window.read('net.py'), /self\.conv3 = nn\.Conv2d\(64, 128, kernel_size=3, padding=1\)/);
  },

  async ignore() {
    await start({ file: 'net.py' });
    await until('a squiggle', async () => (await window.squiggles()).includes('error'));
    await window.goTo(20, 36);
    await window.command('rf-lsp: Ignore the Finding at the Cursor');
    await until('no error', async () => !(await window.squiggles()).includes('error'));
    await window.save();
    assert.match(window.read('net.py'), /self\.conv3\(x\)\)\).*# rf: ignore\[/);
  },

  async typing() {
    await start({ file: 'net.py' });
    await window.waitForHint('32×48×48 · RF 7');
    await window.goTo(10, 35);
    assert.match(window.read('net.py').split('\n')[9].slice(34), /^32, kernel_size=7/);
    await window.press('Shift+ArrowRight', 'Shift+ArrowRight');
    await window.type('48');
    await window.waitForHint('48×48×48 · RF 7');
    await window.goTo(10, 1);
    await window.press('Control+Enter'); // broken code keeps the hints
    await window.type('self.broken = nn.Conv2d(');
    await sleep(1500);
    await window.waitForHint('48×48×48 · RF 7');
  },

  async input() {
    await start({ file: 'resnet.py' });
    await window.waitForHint('64×112×112 · RF 7');
    await window.clickLens('Change input…');
    await window.quickInput().waitFor();
    assert.equal(await window.quickInput().inputValue(), '1x3x224x224');
    await window.quickInput().fill('1x3x64x64');
    await window.press('Enter');
    await window.waitForHint('64×32×32 · RF 7');
    assert.match(await window.waitForLens('3×64×64'), /ResNet/);
    await window.command('rf-lsp: Change Input…');
    await window.quickInput().waitFor();
    await window.quickInput().fill('');
    await window.press('Enter');
    await window.waitForHint('64×112×112 · RF 7');
  },

  async contexts() {
    await start({ file: 'resnet.py' });
    await window.waitForHint('64…512 ch · RF 19…131');
    await window.goTo(8, 20);
    await window.command('rf-lsp: Show One Context');
    await window.quickInput().waitFor();
    await window.quickInput().fill('stages.2 in ResNet');
    await window.press('Enter');
    await window.waitForHint('256×14×14 · RF 67');
  },

  async notebook() {
    await start({ file: 'digits.ipynb' });
    const [encoder] = await until('hints in two cells', async () => {
      const cells = await window.cells();
      const found = [cells.find((cell) => /def encoder/.test(cell.text)), cells.find((cell) => /class Digits/.test(cell.text))];
      return found.every((cell) => cell?.hints.length) && found;
    });
    assert.ok(encoder.hints.join().includes('16×14×14 · RF 5'), encoder.hints.join());
    await until('a lens in a cell', async () => (await window.cells()).some((cell) => cell.lenses.join().includes('Digits ·')));
    await until('a squiggle in the cell', async () => (await window.cells()).some((cell) => cell.squiggles.includes('error')));
    // an edit in one cell changes the hints of another
    await window.cellGoTo(2, 6, 29);
    await window.press('Shift+ArrowRight');
    await window.type('7');
    await until('new hints', async () => (await window.cells())[2].hints.join().includes('16×13×13 · RF 7'));
  },

  async 'keras notebook'() {
    await start({ file: 'keras_digits.ipynb' });
    const cellWith = async (word) => (await window.cells()).find((cell) => cell.text.includes(word)) ?? { hints: [], squiggles: [], lenses: [], text: '' };
    await until('hints', async () => (await cellWith('Sequential')).hints.join().includes('5×5×16 · RF 10'));
    await until('hints in the next cell', async () => (await cellWith('Flatten')).hints.join().includes('400'));
    await until('a squiggle', async () => (await cellWith('Sequential')).squiggles.includes('error'));
    await window.cellGoTo(2, 6, 20);
    await window.command('Fix All');
    await until('the fixed name', async () => (await cellWith('Sequential')).text.includes('kernel_size=3'));
    await until('no squiggle', async () => !(await cellWith('Sequential')).squiggles.includes('error'));
  },

  async restart() {
    await start({ file: 'net.py' });
    await window.waitForHint('RF 7');
    await window.command('rf-lsp: Restart Server');
    await until('a second start', async () => window.log().split('rf-lsp 0.').length >= 3);
    await window.waitForHint('RF 7');
  },

  /** A folder that tries to be run: its own modules, and a settings file that names a program. */
  async untrusted() {
    const trap = path.join(scratch, 'trap');
    const evil = `open(${JSON.stringify(trap)}, "w").close()\n`;
    const names = ['rich', 'libcst', 'pygls', 'lsprotocol', 'typing_extensions', 'analyzers/__init__', 'rf_lsp/__init__', 'sitecustomize'];
    const program = { 'rf-lsp': `#!/bin/sh\ntouch '${trap}'\n` };
    const workspace = workspaceOf({
      'net.py': fs.readFileSync(path.join(RF_LSP_SAMPLE, 'net.py'), 'utf8'),
      ...program,
      ...Object.fromEntries(names.map((name) => [`${name}.py`, evil])),
      '.vscode/settings.json': JSON.stringify({ 'rf-lsp.path': '${workspaceFolder}/rf-lsp' }),
    });
    fs.chmodSync(path.join(workspace, 'rf-lsp'), 0o755);
    await start({ file: 'net.py', workspace, trusted: false });
    await until('restricted mode', async () => (await window.status()).some((text) => text.startsWith('Restricted Mode')));
    await window.waitForHint('32×48×48 · RF 7');
    await sleep(1000);
    assert.ok(!fs.existsSync(trap), 'nothing of the workspace was run');
  },

  /** The Python extension, as far as its API is used, with an environment selected that holds the server. */
  async 'selected environment'() {
    const environment = workspaceOf({});
    fs.mkdirSync(path.join(environment, 'bin'));
    const python = path.join(environment, 'bin/python');
    fs.symlinkSync(RF_LSP, path.join(environment, 'bin/rf-lsp'));
    fs.symlinkSync('/usr/bin/python3', python);
    const manifest = { name: 'python', publisher: 'ms-python', version: '1.0.0', engines: { vscode: '^1.91.0' }, main: './main.js', activationEvents: [] };
    const main = `exports.activate = () => ({ environments: {
      getActiveEnvironmentPath: () => ({ path: 'selected' }),
      resolveEnvironment: async () => ({ executable: { uri: require('vscode').Uri.file(${JSON.stringify(python)}) } }),
      onDidChangeActiveEnvironmentPath: () => ({ dispose() {} }) } });`;
    const extension = workspaceOf({ 'package.json': JSON.stringify(manifest), 'main.js': main, LICENSE: 'MIT', 'README.md': 'A stand-in.' });
    const vsce = path.join(path.dirname(RF_LSP_VSIX), 'node_modules/.bin/vsce');
    const packed = spawnSync(vsce, ['package', '--allow-missing-repository', '--out', 'python.vsix'], { cwd: extension, encoding: 'utf8' });
    assert.equal(packed.status, 0, packed.stderr);
    await start({ file: 'net.py', path: PATH_WITHOUT, vsix: [path.join(extension, 'python.vsix'), RF_LSP_VSIX] });
    await window.waitForHint('32×48×48 · RF 7');
    assert.ok(window.log().includes(`${environment}/bin/rf-lsp`), window.log());
    assert.match(window.log(), /selected Python environment/);
  },

  async 'several roots'() {
    const net = fs.readFileSync(path.join(RF_LSP_SAMPLE, 'net.py'), 'utf8');
    const workspace = workspaceOf({
      'all.code-workspace': JSON.stringify({ folders: [{ path: 'one' }, { path: 'two' }] }),
      'one/layers.py': 'from torch import nn\n\n\ndef stem():\n    return nn.Conv2d(3, 8, 3)\n',
      'one/net.py': net,
      'two/layers.py': 'from torch import nn\n\n\ndef stem():\n    return nn.Conv2d(3, 24, 9)\n',
      'two/model.py': 'import torch\nfrom torch import nn\n\nfrom layers import stem\n\nmodel = nn.Sequential(stem(), nn.ReLU())\nmodel(torch.randn(1, 3, 32, 32))\n',
    });
    await start({ workspace, workspaceFile: 'all.code-workspace', file: 'two/model.py' });
    await window.waitForHint('24×24×24 · RF 9'); // its own layers.py, not that of the other root
    await window.openFile('one/net.py');
    await window.waitForHint('32×48×48 · RF 7');
  },

  async 'own environment'() {
    await start({ file: 'net.py', path: PATH_WITHOUT });
    await until('the question', async () => (await window.notifications()).join().includes('Install it'));
    assert.ok((await window.status()).some((text) => /rf-lsp/.test(text)));
    await window.clickNotification('Install');
    await until('hints', async () => (await window.hints()).some((hint) => hint.text.includes('32×48×48 · RF 7')), 300_000);
    assert.match(window.log(), /own environment/);
  },

  /** RF_LSP_TORCH names a Python that has torch. */
  async confirm() {
    if (!process.env.RF_LSP_TORCH) return console.log('RF_LSP_TORCH is not set: nothing is confirmed');
    await start({ file: 'resnet.py', size: [1500, 950], settings: { 'rf-lsp.python': process.env.RF_LSP_TORCH } });
    await window.waitForHint('64×112×112 · RF 7');
    await window.clickLens('Confirm with torch');
    await until('the question', async () => (await window.notifications()).join().includes('named by the setting python'));
    await window.clickNotification('Start it');
    await window.waitForHint('64×112×112 · RF 7 ✓');
    await window.waitForLens('✓ confirmed with torch');
    await picture('confirmed', { x: 8, y: 38, width: 930, height: 740 });
    await window.clickLens('Show effective field');
    const page = await window.webview('Effective receptive field', 120_000);
    await until('the map', async () => (await page.locator('.heatmaplayer image').count()) === 1);
    await picture('effective-field');
  },

  async report() {
    await start({ file: 'resnet.py', size: [1500, 950] });
    await window.waitForLens('ResNet ·');
    await window.clickLens('Open report');
    const page = await window.webview('rf-lsp report');
    assert.match(await page.locator('h2').first().innerText(), /ResNet/);
    await until('the chart', async () => (await page.locator('.scatterlayer path').count()) > 0);
    await picture('report');
  },

  async compare() {
    const workspace = workspaceOf({ 'net.py': fs.readFileSync(path.join(RF_LSP_SAMPLE, 'resnet.py'), 'utf8') });
    const git = (...line) => assert.equal(spawnSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...line], { cwd: workspace }).status, 0);
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'a model');
    await start({ workspace, file: 'net.py', size: [1500, 950] });
    await window.waitForHint('64×112×112 · RF 7');
    const line = window.read('net.py').split('\n').findIndex((text) => text.includes('Conv2d(3, 64, 7'));
    await window.goTo(line + 1, window.read('net.py').split('\n')[line].indexOf('64, 7') + 5);
    await window.press('Shift+ArrowRight');
    await window.type('5');
    await window.clickLens('Compare with HEAD');
    const page = await window.webview('What this changes in the models');
    assert.match(await page.locator('body').innerText(), /kernel_size 7 → 5/);
    await picture('compared');
  },

  /** The pictures of the README and the walkthrough. */
  async pictures() {
    if (!RF_LSP_PICTURES) return;
    const calm = {
      'workbench.activityBar.location': 'hidden', 'workbench.sideBar.location': 'right', 'breadcrumbs.enabled': false,
      'editor.fontSize': 14, 'editor.occurrencesHighlight': 'off', 'editor.renderLineHighlight': 'none', 'editor.stickyScroll.enabled': false,
      'editor.unicodeHighlight.ambiguousCharacters': false, 'editor.guides.indentation': false, 'editor.lineNumbers': 'off', 'editor.glyphMargin': false,
      'editor.folding': false, 'editor.lightbulb.enabled': 'off',
    };
    const clip = (height, y = 38) => ({ x: 8, y, width: 930, height });
    await start({ file: 'resnet.py', settings: calm, size: [1100, 860] });
    await window.command('View: Toggle Primary Side Bar Visibility');
    await window.waitForHint('64…512 ch · RF 19…131');
    await window.waitForLens('ResNet ·');
    await window.goTo(3);
    await window.mouseAway();
    await picture('hints', clip(740));
    await window.close();

    await start({ file: 'net.py', settings: calm, size: [1100, 2200] }); // a hover is at most a quarter as high as its editor
    await window.command('View: Toggle Primary Side Bar Visibility');
    await until('a squiggle', async () => (await window.squiggles()).includes('error'));
    await window.hoverAt(19, 39);
    await picture('hover', clip(800));
    await window.mouseAway();
    await window.actions(20, 36);
    await picture('fix', clip(560));
    await window.close();

    await start({ file: 'digits.ipynb', settings: calm, size: [1100, 860] });
    await window.command('View: Toggle Primary Side Bar Visibility');
    await until('a squiggle in the cell', async () => (await window.cells()).some((cell) => cell.squiggles.includes('error')));
    await until('a lens in a cell', async () => (await window.cells()).some((cell) => cell.lenses.join().includes('Digits ·')));
    await window.mouseAway();
    await picture('notebook', clip(720));
  },
};

const wanted = process.argv.slice(2);
const failed = [];
for (const [name, scenario] of Object.entries(scenarios)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const began = Date.now();
  let error;
  try {
    await scenario();
  } catch (caught) {
    error = caught;
    failed.push(name);
    const shot = path.join(path.dirname(RF_LSP_VSIX), `failed-${name.replace(/ /g, '-')}.png`);
    await window?.screenshot(shot).catch(() => {});
    console.log(`${caught.stack}\n  picture: ${shot}\n${window?.log().slice(-3000) ?? ''}`);
  } finally {
    await window?.close();
    window = undefined;
  }
  console.log(`${error ? 'FAILED' : 'ok'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}
fs.rmSync(scratch, { recursive: true, force: true });
process.exit(failed.length ? 1 : 0);
