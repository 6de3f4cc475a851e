import * as vscode from 'vscode';
import { ConfigurationParams } from 'vscode-languageclient/node';

const SECTION = 'rf-lsp';
const OURS = ['path', 'trace.server'];

/**
 * What a person has set, and nothing else: the defaults are the server's own, and those of a settings
 * file must not be hidden by the defaults of the editor.
 */
export function settings(names: string[], python: string | undefined): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const chosen = names.filter((name) => isSet(configuration, name)).map((name) => [name, configuration.get(name)]);
  return { ...(python ? { python } : {}), ...Object.fromEntries(chosen) };
}

/** The names of the server's settings as package.json lists them, without the section. */
export function namesOf(properties: Record<string, unknown>): string[] {
  const names = Object.keys(properties).map((name) => name.slice(SECTION.length + 1));
  return names.filter((name) => !OURS.includes(name));
}

function isSet(configuration: vscode.WorkspaceConfiguration, name: string): boolean {
  const found = configuration.inspect(name);
  const values = [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue];
  return values.some((value) => value !== undefined && value !== null);
}

/** The answers to `workspace/configuration`. */
export function answers(params: ConfigurationParams, current: Record<string, unknown>): unknown[] {
  return params.items.map((item) => (item.section === SECTION ? current : null));
}
