import * as vscode from 'vscode';
import { registerCommands } from './commands';
import { Log } from './log';
import { onDidChangePython } from './python';
import { Session } from './session';
import { Status } from './status';

let session: Session | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log: Log = vscode.window.createOutputChannel('rf-lsp', { log: true });
  const status = new Status();
  session = new Session(context, log, status);
  context.subscriptions.push(log, status, ...registerCommands(session, log));
  context.subscriptions.push(
    vscode.workspace.onDidGrantWorkspaceTrust(() => session?.restart()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('rf-lsp.path')) void session?.restart();
    }),
  );
  await session.start();
  context.subscriptions.push(await onDidChangePython(() => session?.pythonChanged(), log));
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
