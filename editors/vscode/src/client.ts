import * as vscode from 'vscode';
import { LanguageClient, LanguageClientOptions, Middleware } from 'vscode-languageclient/node';
import { answers } from './configuration';
import { completed, PIN_CONTEXT } from './completion';
import { Server } from './find';
import { CHANGE_INPUT, remember } from './lenses';
import { linked } from './links';
import { Log } from './log';
import { showPage } from './pages';
import { safeEnvironment } from './process';
import { Status } from './status';

const DOCUMENTS = [
  { language: 'python', scheme: 'file' },
  { language: 'python', scheme: 'untitled' },
  { language: 'python', notebook: 'jupyter-notebook' },
];

/** A client of a server that runs in `cwd`, a folder of ours: nothing is imported from the workspace. */
export function makeClient(
  server: Server,
  cwd: string,
  log: Log,
  status: Status,
  settings: () => Record<string, unknown>,
): LanguageClient {
  const executable = {
    command: server.command,
    args: [...server.args, 'server'],
    options: { cwd, env: safeEnvironment() },
  };
  const options: LanguageClientOptions = {
    documentSelector: DOCUMENTS,
    outputChannel: log,
    initializationOptions: { settings: settings(), trusted: vscode.workspace.isTrusted, pages: true },
    synchronize: { configurationSection: 'rf-lsp' },
    markdown: { isTrusted: { enabledCommands: [CHANGE_INPUT, PIN_CONTEXT] } },
    middleware: middleware(status, settings),
  };
  return new LanguageClient('rf-lsp', 'rf-lsp', executable, options);
}

function middleware(status: Status, settings: () => Record<string, unknown>): Middleware {
  return {
    workspace: { configuration: (params) => answers(params, settings()) },
    executeCommand: async (command, args, next) => {
      const whole = await completed(command, args);
      const answer = whole ? await next(command, whole) : undefined;
      await showPage(answer);
      return answer;
    },
    provideInlayHints: async (document, range, token, next) => {
      const hints = await next(document, range, token);
      return hints && linked(hints);
    },
    provideCodeLenses: async (document, token, next) => {
      const lenses = await next(document, token);
      remember(document, lenses ?? []);
      status.render();
      return lenses;
    },
  };
}
