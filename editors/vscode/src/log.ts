import * as vscode from 'vscode';

export type Log = vscode.LogOutputChannel;

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
