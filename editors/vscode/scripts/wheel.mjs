// Builds the server's wheel out of the repository into server/, where the packaged extension carries it.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const target = path.join(here, 'server');
const python = process.env.PYTHON ?? (process.platform === 'win32' ? 'python' : 'python3');

fs.rmSync(target, { recursive: true, force: true });
const line = ['-m', 'pip', 'wheel', '--quiet', '--disable-pip-version-check', '--no-deps', '--wheel-dir', target, path.dirname(path.dirname(here))];
const { status } = spawnSync(python, line, { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
console.log(fs.readdirSync(target).join(' '));
