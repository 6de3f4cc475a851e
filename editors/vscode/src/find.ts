import * as path from 'node:path';
import * as vscode from 'vscode';
import { Log } from './log';
import { executable, expanded, insideWorkspace, isFile, onPath, scriptsOf } from './paths';
import { run } from './process';

/** How the server is started; `origin` says to a person where it was found. */
export interface Server {
  command: string;
  args: string[];
  origin: string;
  version: string;
}

/** For an environment without console scripts. Run in a folder of ours, so that nothing else is imported. */
const RUN = 'import sys; from rf_lsp.cli import main; sys.exit(main())';

type Candidate = Omit<Server, 'version'>;

export interface Places {
  /** The interpreter selected in the Python extension. */
  python: string | undefined;
  /** Our own environment, which may not exist yet. */
  environment: string;
  /** A folder of ours in which programs are started. */
  cwd: string;
}

/** The first server that answers: setting, selected environment, PATH, own environment. */
export async function findServer(places: Places, log: Log): Promise<Server | undefined> {
  for (const candidate of candidates(places)) {
    if (!vscode.workspace.isTrusted && insideWorkspace(candidate.command)) {
      log.info(`${candidate.command}: not started, the workspace is not trusted`);
      continue;
    }
    const version = await versionOf(candidate, places.cwd);
    if (version) return { ...candidate, version };
    log.info(`${candidate.command} ${candidate.args.join(' ')}: no rf-lsp there (${candidate.origin})`);
  }
  return undefined;
}

function candidates(places: Places): Candidate[] {
  const chosen = expanded(vscode.workspace.getConfiguration('rf-lsp').get('path', '').trim());
  if (chosen) return [{ command: chosen, args: [], origin: 'setting rf-lsp.path' }];
  const scripts = onPath('rf-lsp').map((command) => ({ command, args: [], origin: 'PATH' }));
  return [...(places.python ? inEnvironment(places.python) : []), ...scripts, ...inOwn(places.environment)];
}

function inEnvironment(python: string): Candidate[] {
  const origin = 'selected Python environment';
  const folders = [path.dirname(python), scriptsOf(path.dirname(python))];
  const scripts = folders.map((folder) => path.join(folder, executable('rf-lsp'))).filter(isFile);
  const module = { command: python, args: ['-c', RUN], origin };
  return [...scripts.map((command) => ({ command, args: [], origin })), module];
}

function inOwn(environment: string): Candidate[] {
  const command = path.join(scriptsOf(environment), executable('rf-lsp'));
  return isFile(command) ? [{ command, args: [], origin: "the extension's own environment" }] : [];
}

async function versionOf(candidate: Candidate, cwd: string): Promise<string | undefined> {
  const { ok, out } = await run(candidate.command, [...candidate.args, 'version'], cwd, 20);
  return ok ? /\brf-lsp (\S+)/.exec(out)?.[1] : undefined;
}
