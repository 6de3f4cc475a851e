import * as vscode from 'vscode';

/** A model of a document: what its lens says, and the name by which the server knows it. */
export interface Model {
  title: string;
  target: string;
}

export const CHANGE_INPUT = 'rf-lsp.changeInput';

/** The models of each document, as its code lenses last told them. */
const known = new Map<string, Model[]>();

/** The first lens of a line is the model's summary, the one with our command names the model. */
export function remember(document: vscode.TextDocument, lenses: readonly vscode.CodeLens[]): void {
  const titles = new Map<number, string>();
  const models: Model[] = [];
  for (const { range, command } of lenses) {
    if (!command) continue;
    if (command.command === CHANGE_INPUT) models.push({ title: titles.get(range.start.line) ?? '', target: command.arguments?.[1] });
    else if (!titles.has(range.start.line)) titles.set(range.start.line, command.title);
  }
  known.set(document.uri.toString(), models);
}

export function modelsOf(uri: vscode.Uri | string | undefined): Model[] {
  return known.get(uri?.toString() ?? '') ?? [];
}

export function forgetAll(): void {
  known.clear();
}
