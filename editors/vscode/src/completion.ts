import * as vscode from 'vscode';
import { CHANGE_INPUT, Model, modelsOf } from './lenses';

export const PIN_CONTEXT = 'rf-lsp.pinContext';
/** Asked about one model; what the person is asked when there are several. */
export const OF_MODELS: Record<string, string> = {
  'rf-lsp.confirm': 'Confirm with torch',
  'rf-lsp.openReport': 'Open the report of',
  'rf-lsp.showEffectiveField': 'Show the effective field of',
  'rf-lsp.compareWithHead': 'Compare with HEAD',
};

const SHAPE = /^([A-Za-z_]\w*\s*=\s*)?\d+(x\d+)*$/;
const COMMENT: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('comment'),
  tooltip: 'Write it into the file instead, as a comment',
};

/**
 * The arguments of one of the server's commands with what only a person can say; undefined when the
 * person gives up. From the command palette a command comes without any.
 */
export async function completed(command: string, given: unknown[]): Promise<unknown[] | undefined> {
  if (command === PIN_CONTEXT) return pickedContext(given.length ? given : atCursor());
  if (command in OF_MODELS && given.length === 0) return pickedModel(OF_MODELS[command]);
  if (command !== CHANGE_INPUT || given.length > 2) return given;
  const [uri, target] = given.length ? (given as [string, string]) : ((await pickedModel('Change the input of')) ?? []);
  if (!uri || !target) return undefined;
  const shapes = await askedShapes(modelsOf(uri).find((model) => model.target === target), target);
  if (shapes === 'comment') return [uri, target];
  return shapes && [uri, target, shapes.length ? shapes : null];
}

function atCursor(): unknown[] | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor && [editor.document.uri.toString(), editor.selection.active.line];
}

interface Context {
  title: string;
  detail: string;
  context: unknown;
}

/** Of a line what a person picks from its contexts, null for all; anything else is complete already. */
async function pickedContext(given: unknown[] | undefined): Promise<unknown[] | undefined> {
  if (!given || typeof given[1] !== 'number') return given;
  const found = await vscode.commands.executeCommand<Context[]>('rf-lsp.contexts', ...given);
  const items = found.map(({ title, detail, context }) => ({ label: title, description: detail, context }));
  if (items.length === 0) void vscode.window.showInformationMessage('rf-lsp: there is no layer on this line.');
  const all = { label: 'All contexts', description: 'the range of their numbers', context: null };
  const options = { title: 'Show the numbers of', matchOnDescription: true };
  const picked = items.length ? await vscode.window.showQuickPick([...items, all], options) : undefined;
  return picked && [given[0], picked.context];
}

async function pickedModel(title: string): Promise<[string, string] | undefined> {
  const uri = vscode.window.activeTextEditor?.document.uri.toString();
  const items = modelsOf(uri).map((model) => ({ label: model.target, description: model.title, model }));
  if (items.length === 0) void vscode.window.showInformationMessage('rf-lsp: there is no model in this file.');
  const picked = items.length > 1 ? await vscode.window.showQuickPick(items, { title }) : items[0];
  return uri && picked ? [uri, picked.model.target] : undefined;
}

/** Shapes, none of them for "as the code says", or the wish for a comment. */
function askedShapes(model: Model | undefined, target: string): Promise<string[] | 'comment' | undefined> {
  const box = vscode.window.createInputBox();
  box.title = `Input of ${target}`;
  box.prompt = 'Sizes joined by x, batch first; several inputs separated by commas. Empty: as the code says.';
  box.placeholder = '1x3x224x224';
  box.value = shapeIn(model?.title ?? '');
  box.buttons = [COMMENT];
  return new Promise((resolve) => {
    const answer = (value: string[] | 'comment' | undefined) => {
      resolve(value);
      box.dispose();
    };
    box.onDidChangeValue((text) => (box.validationMessage = wrong(text)));
    box.onDidTriggerButton(() => answer('comment'));
    box.onDidAccept(() => wrong(box.value) || answer(split(box.value)));
    box.onDidHide(() => answer(undefined));
    box.show();
  });
}

function split(text: string): string[] {
  return text.replace(/×/g, 'x').split(',').map((shape) => shape.trim()).filter(Boolean);
}

function wrong(text: string): string | undefined {
  const shape = split(text).find((part) => !SHAPE.test(part));
  return shape && `“${shape}” is not a shape such as 1x3x224x224`;
}

/** `ResNet · 3×224×224 → 1000 · …` → `1x3x224x224`. */
function shapeIn(title: string): string {
  const found = /(\d+(?:×\d+)*) →/.exec(title);
  return found ? `1x${found[1].replace(/×/g, 'x')}` : '';
}
