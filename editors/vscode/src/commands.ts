import * as vscode from 'vscode';
import { CHANGE_INPUT } from './lenses';
import { reveal, REVEAL } from './links';
import { Log } from './log';
import { PIN_CONTEXT } from './completion';
import { Session } from './session';

const IGNORE = /^ignore /i;

/** The commands of the extension itself; the server's are registered by the language client. */
export function registerCommands(session: Session, log: Log): vscode.Disposable[] {
  const commands: Record<string, (...given: never[]) => unknown> = {
    [REVEAL]: reveal,
    'rf-lsp.restart': () => session.restart(),
    'rf-lsp.install': () => session.install(),
    'rf-lsp.showLog': () => log.show(),
    'rf-lsp.ignore': ignore,
    'rf-lsp.menu': menu,
  };
  return Object.entries(commands).map(([name, action]) => vscode.commands.registerCommand(name, action));
}

/** What a click on the status bar item offers. */
async function menu(): Promise<void> {
  const items = [
    { label: '$(beaker) Confirm with Torch', command: 'rf-lsp.confirm' },
    { label: '$(graph) Open Report', command: 'rf-lsp.openReport' },
    { label: '$(target) Show Effective Field', command: 'rf-lsp.showEffectiveField' },
    { label: '$(git-compare) Compare with HEAD', command: 'rf-lsp.compareWithHead' },
    { label: '$(symbol-ruler) Change Input…', command: CHANGE_INPUT },
    { label: '$(pin) Show One Context…', command: PIN_CONTEXT },
    { label: '$(eye) Hide or Show the Hints', command: 'rf-lsp.toggleHints' },
    { label: '$(debug-restart) Restart Server', command: 'rf-lsp.restart' },
    { label: '$(output) Show Log', command: 'rf-lsp.showLog' },
    { label: '$(gear) Settings', command: 'workbench.action.openSettings', argument: '@ext:rf-lsp.rf-lsp' },
    { label: '$(book) Getting Started', command: 'workbench.action.openWalkthrough', argument: 'rf-lsp.rf-lsp#rf-lsp.start' },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: 'rf-lsp' });
  if (picked) await vscode.commands.executeCommand(picked.command, ...(picked.argument ? [picked.argument] : []));
}

/** Put an ignore comment behind the finding at the cursor. */
async function ignore(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return;
  const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider', editor.document.uri, editor.selection, vscode.CodeActionKind.QuickFix.value, 20,
  );
  const actions = found.filter((action) => IGNORE.test(action.title) && action.edit);
  const items = actions.map((action) => ({ label: action.title, action }));
  if (items.length === 0) void vscode.window.showInformationMessage('rf-lsp: there is no finding at the cursor.');
  const picked = items.length > 1 ? await vscode.window.showQuickPick(items) : items[0];
  if (picked?.action.edit) await vscode.workspace.applyEdit(picked.action.edit);
}
