import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { Log } from './log';
import { executable, insideWorkspace, onPath, scriptsOf } from './paths';
import { run } from './process';

const OLDEST = [3, 10];

/**
 * Make our own virtual environment with the server that this extension carries as a wheel; what the
 * server needs comes from the package index that pip is set up for. Raises with a sentence for a person.
 */
export async function install(environment: string, wheels: string, python: string | undefined, log: Log): Promise<void> {
  const cwd = path.dirname(environment);
  const base = await suitablePython(python, cwd);
  if (!base) throw new Error('no Python 3.10 or newer was found');
  fs.rmSync(environment, { recursive: true, force: true });
  await step([...base, '-m', 'venv', environment], cwd, log);
  const own = path.join(scriptsOf(environment), executable('python'));
  await step([own, '-m', 'pip', 'install', '--disable-pip-version-check', `${wheelIn(wheels)}[report]`], cwd, log);
}

async function step(line: string[], cwd: string, log: Log): Promise<void> {
  log.info(line.join(' '));
  const { ok, out } = await run(line[0], line.slice(1), cwd, 600);
  log.info(out);
  if (!ok) throw new Error(`${path.basename(line[0])} ${line.slice(1, 4).join(' ')} failed: ${out.split('\n').at(-1)}`);
}

function wheelIn(folder: string): string {
  const found = fs.existsSync(folder) ? fs.readdirSync(folder).find((name) => name.endsWith('.whl')) : undefined;
  if (!found) throw new Error('this build of the extension carries no server');
  return path.join(folder, found);
}

async function suitablePython(selected: string | undefined, cwd: string): Promise<string[] | undefined> {
  const named = ['python3', 'python'].flatMap(onPath).map((file) => [file]);
  const launcher = onPath('py').map((file) => [file, '-3']);
  const found = [...(selected ? [[selected]] : []), ...named, ...launcher];
  for (const line of found.filter(([file]) => vscode.workspace.isTrusted || !insideWorkspace(file))) {
    if (await isRecent(line, cwd)) return line;
  }
  return undefined;
}

async function isRecent([file, ...rest]: string[], cwd: string): Promise<boolean> {
  const question = `import sys; sys.exit(sys.version_info < (${OLDEST.join(', ')}))`;
  return (await run(file, [...rest, '-c', question], cwd, 20)).ok;
}
