// Writes the server's settings into package.json: `rf-lsp config --format json-schema | node scripts/settings.mjs`.
// With --check nothing is written; the exit code says whether package.json is up to date.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE_ONLY = ['extend'];
const EDITOR = {
  'rf-lsp.path': {
    type: 'string',
    default: '',
    scope: 'machine-overridable',
    markdownDescription:
      'The `rf-lsp` program to start. Empty: that of the selected Python environment, of PATH, or of an environment of the extension’s own.',
  },
  'rf-lsp.trace.server': {
    type: 'string',
    enum: ['off', 'messages', 'verbose'],
    default: 'off',
    scope: 'window',
    description: 'What to log of the conversation between the editor and the server.',
  },
};

const file = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'package.json');
const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
const schema = JSON.parse(fs.readFileSync(0, 'utf8'));

function sentence(text) {
  return text[0].toUpperCase() + text.slice(1) + '.';
}

function flat(properties, prefix) {
  return Object.entries(properties).flatMap(([name, entry]) =>
    entry.properties && entry.type === 'object' && !entry.description
      ? flat(entry.properties, `${prefix}${name}.`)
      : [[prefix + name, { ...entry, description: sentence(entry.description), scope: 'window' }]],
  );
}

const own = flat(schema.properties, '').filter(([name]) => !FILE_ONLY.includes(name));
const properties = { ...EDITOR, ...Object.fromEntries(own.map(([name, entry]) => [`rf-lsp.${name}`, entry])) };
const before = JSON.stringify(manifest, null, 2) + '\n';
manifest.contributes.configuration = { title: 'rf-lsp', properties };
const after = JSON.stringify(manifest, null, 2) + '\n';

if (process.argv.includes('--check')) {
  if (before !== after) console.error('the settings in package.json are not those of rf-lsp: run scripts/settings.mjs');
  process.exit(before === after ? 0 : 1);
}
fs.writeFileSync(file, after);
