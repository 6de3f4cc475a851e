import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';

const WINDOWS = process.platform === 'win32';

export function isFile(file: string): boolean {
  try {
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Whether starting `file` would start something that came with an opened folder. */
export function insideWorkspace(file: string): boolean {
  const places = [path.resolve(file), realFolder(file)];
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
  return folders.flatMap((folder) => [folder, realPath(folder)]).some((folder) => places.some((place) => holds(folder, place)));
}

function holds(folder: string, place: string): boolean {
  const relative = path.relative(folder, place);
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

/** A virtual environment's interpreter is a link to the system's: only its folder is followed. */
function realFolder(file: string): string {
  return path.join(realPath(path.dirname(file)), path.basename(file));
}

function realPath(place: string): string {
  try {
    return fs.realpathSync(place);
  } catch {
    return path.resolve(place);
  }
}

/** All programs of that name on PATH. Relative entries would mean the folder that happens to be current. */
export function onPath(name: string): string[] {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => path.join(folder, executable(name))).filter(isFile);
}

export function executable(name: string): string {
  return WINDOWS ? `${name}.exe` : name;
}

/** The folder of console scripts in a virtual environment. */
export function scriptsOf(environment: string): string {
  return path.join(environment, WINDOWS ? 'Scripts' : 'bin');
}

/** A path from the settings: `~` and `${workspaceFolder}` are put in. */
export function expanded(text: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  return text.replace(/^~(?=$|[\\/])/, os.homedir()).replace(/\$\{workspaceFolder\}/g, folder);
}
