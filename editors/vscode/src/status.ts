import * as vscode from 'vscode';
import { Server } from './find';
import { forgetAll, Model, modelsOf } from './lenses';

export type State = 'starting' | 'installing' | 'running' | 'stopped' | 'missing';

const ICONS: Record<State, string> = {
  starting: '$(loading~spin)',
  installing: '$(loading~spin)',
  running: '$(layers)',
  stopped: '$(error)',
  missing: '$(warning)',
};

const TEXTS: Record<State, string> = {
  starting: 'starting…',
  installing: 'being installed…',
  running: 'running',
  stopped: 'stopped – see the log',
  missing: 'not installed',
};

/** The status bar item: what the server does, and the models of the file in view. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('rf-lsp.status', vscode.StatusBarAlignment.Right, 90);
  private readonly watchers = [
    vscode.window.onDidChangeActiveTextEditor(() => this.render()),
    vscode.window.onDidChangeActiveNotebookEditor(() => this.render()),
  ];
  private state: State = 'starting';
  private server: Server | undefined;

  constructor() {
    this.item.name = 'rf-lsp';
    this.item.command = 'rf-lsp.menu';
    this.render();
  }

  show(state: State, server?: Server): void {
    this.state = state;
    this.server = server;
    if (state !== 'running') forgetAll();
    void vscode.commands.executeCommand('setContext', 'rf-lsp.state', state);
    this.render();
  }

  dispose(): void {
    vscode.Disposable.from(this.item, ...this.watchers).dispose();
  }

  render(): void {
    const documents = inView().filter((document) => document.languageId === 'python');
    if (documents.length === 0) return this.item.hide();
    const models = documents.flatMap((document) => modelsOf(document.uri));
    const count = models.length ? `: ${models.length} ${models.length === 1 ? 'model' : 'models'}` : '';
    this.item.text = `${ICONS[this.state]} rf-lsp${this.state === 'running' ? count : ''}`;
    this.item.tooltip = this.tooltip(models);
    this.item.backgroundColor = background(this.state);
    this.item.show();
  }

  private tooltip(models: Model[]): vscode.MarkdownString {
    const text = new vscode.MarkdownString(undefined, true);
    text.isTrusted = { enabledCommands: ['rf-lsp.restart', 'rf-lsp.showLog'] };
    text.appendText(`rf-lsp ${this.server?.version ?? ''}`.trim() + `: ${TEXTS[this.state]}`);
    if (this.server) text.appendMarkdown('\n\n').appendText(`${this.server.command} (${this.server.origin})`);
    for (const model of models) text.appendMarkdown('\n- ').appendText(model.title);
    text.appendMarkdown('\n\n[Restart](command:rf-lsp.restart) · [Show log](command:rf-lsp.showLog)');
    return text;
  }
}

/** The document, or the cells of the notebook, that a person looks at. */
function inView(): vscode.TextDocument[] {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  if (notebook) return notebook.getCells().map((cell) => cell.document);
  const document = vscode.window.activeTextEditor?.document;
  return document ? [document] : [];
}

function background(state: State): vscode.ThemeColor | undefined {
  if (state === 'stopped') return new vscode.ThemeColor('statusBarItem.errorBackground');
  if (state === 'missing') return new vscode.ThemeColor('statusBarItem.warningBackground');
  return undefined;
}
