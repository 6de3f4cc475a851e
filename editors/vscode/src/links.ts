import * as vscode from 'vscode';

export const REVEAL = 'rf-lsp.reveal';

/**
 * Hint parts with a place become links to it. The editor would ask for the definition of what stands at
 * the place and go there instead.
 */
export function linked(hints: vscode.InlayHint[]): vscode.InlayHint[] {
  for (const part of hints.flatMap((hint) => (typeof hint.label === 'string' ? [] : hint.label))) {
    if (!part.location) continue;
    const { uri, range } = part.location;
    const place = [uri.toString(), range.start.line, range.start.character];
    part.command = { title: `Go to line ${range.start.line + 1}`, command: REVEAL, arguments: place };
    part.location = undefined;
  }
  return hints;
}

export async function reveal(uri: string, line: number, character: number): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const location = new vscode.Location(vscode.Uri.parse(uri), new vscode.Position(line, character));
  const from = editor ? [editor.document.uri, editor.selection.active] : [location.uri, location.range.start];
  await vscode.commands.executeCommand('editor.action.goToLocations', ...from, [location], 'goto');
}
