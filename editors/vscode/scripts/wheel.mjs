// Puts the server's wheel into server/, where the packaged extension carries it: the one that RF_LSP_WHEEL names, or one
// that is built out of the repository.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const target = path.join(here, 'server');
const python = process.env.PYTHON ?? (process.platform === 'win32' ? 'python' : 'python3');
const made = process.env.RF_LSP_WHEEL;

fs.rmSync(target, { recursive: true, force: true });
if (made) {
  fs.mkdirSync(target);
  fs.copyFileSync(made, path.join(target, path.basename(made)));
} else {
  const line = ['-m', 'pip', 'wheel', '--quiet', '--disable-pip-version-check', '--no-deps', '--wheel-dir', target, path.dirname(path.dirname(here))];
  const { status } = spawnSync(python, line, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
console.log(fs.readdirSync(target).join(' '));
