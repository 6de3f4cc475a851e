import * as vscode from 'vscode';
import { Log, messageOf } from './log';

/** What is used of the API of the extension ms-python.python. */
interface PythonApi {
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(environment: { path: string }): Promise<{ executable?: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

const PATIENCE = 8000;

async function api(log: Log): Promise<PythonApi['environments']> {
  const extension = vscode.extensions.getExtension<PythonApi>('ms-python.python');
  if (!extension) return undefined;
  try {
    return (extension.isActive ? extension.exports : await soon(extension.activate()))?.environments;
  } catch (error) {
    log.warn(`the Python extension did not start: ${messageOf(error)}`);
    return undefined;
  }
}

/** The other extension may take its time; the search then goes on without it. */
function soon<T>(promise: Thenable<T>): Promise<T | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE));
  return Promise.race([Promise.resolve(promise), late]);
}

/** The interpreter selected in the Python extension, if that is installed. */
export async function selectedPython(log: Log): Promise<string | undefined> {
  const environments = await api(log);
  if (!environments) return undefined;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  try {
    const environment = await soon(environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder)));
    return environment?.executable?.uri?.fsPath;
  } catch (error) {
    log.warn(`the selected interpreter is not known: ${messageOf(error)}`);
    return undefined;
  }
}

export async function onDidChangePython(listener: () => void, log: Log): Promise<vscode.Disposable> {
  const environments = await api(log);
  return environments?.onDidChangeActiveEnvironmentPath(listener) ?? new vscode.Disposable(() => undefined);
}
