import * as fs from 'node:fs';
import * as vscode from 'vscode';

/** What the server answers that has written a page: a file of its own, HTML or Markdown. */
interface Page {
  title: string;
  file: string | null;
}

const panels = new Map<string, vscode.WebviewPanel>();

/** Show a page beside the code; anything else that a command answers is left alone. */
export async function showPage(answer: unknown): Promise<void> {
  if (!isPage(answer) || !answer.file) return;
  if (answer.file.endsWith('.md')) await vscode.commands.executeCommand('markdown.showPreviewToSide', vscode.Uri.file(answer.file));
  else showHtml(answer.title, fs.readFileSync(answer.file, 'utf8'));
}

/** The page brings its own policy: its scripts run, nothing is loaded from anywhere. */
function showHtml(title: string, html: string): void {
  let panel = panels.get(title);
  if (!panel) {
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    panel = vscode.window.createWebviewPanel('rf-lsp.page', title, column, { enableScripts: true, localResourceRoots: [] });
    panel.onDidDispose(() => panels.delete(title));
    panels.set(title, panel);
  }
  panel.webview.html = html;
  panel.reveal(undefined, true);
}

function isPage(answer: unknown): answer is Page {
  return typeof answer === 'object' && answer !== null && 'title' in answer && 'file' in answer;
}
