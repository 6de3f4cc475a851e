import * as fs from 'node:fs';
import * as vscode from 'vscode';
import { LanguageClient, State } from 'vscode-languageclient/node';
import { makeClient } from './client';
import { namesOf, settings } from './configuration';
import { findServer, Places, Server } from './find';
import { install } from './install';
import { Log, messageOf } from './log';
import { selectedPython } from './python';
import { Status } from './status';

const DECLINED = 'install.declined';

/** The server's life: found or installed, started, restarted, stopped. One thing happens at a time. */
export class Session {
  client: LanguageClient | undefined;
  private python: string | undefined;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: Log,
    private readonly status: Status,
  ) {}

  start(): Promise<void> {
    return this.after(() => this.launch());
  }

  restart(): Promise<void> {
    return this.after(async () => {
      await this.halt();
      await this.launch();
    });
  }

  stop(): Promise<void> {
    return this.after(() => this.halt());
  }

  /** Make (or make anew) the private environment and start the server in it. */
  install(): Promise<void> {
    return this.after(async () => {
      await this.halt();
      if (await this.installed()) await this.launch();
    });
  }

  /** Another interpreter was selected: it may hold another server, and other packages are read. */
  async pythonChanged(): Promise<void> {
    if ((await selectedPython(this.log)) !== this.python) await this.restart();
  }

  private after(step: () => Promise<void>): Promise<void> {
    this.work = this.work.then(step).catch((error) => this.failed(error));
    return this.work;
  }

  private async launch(): Promise<void> {
    this.status.show('starting');
    this.python = await selectedPython(this.log);
    const server = await this.upToDate(await findServer(this.places(), this.log));
    if (!server) return this.missing();
    await this.connect(server);
  }

  /** Our own environment follows the extension's version without asking again. */
  private async upToDate(server: Server | undefined): Promise<Server | undefined> {
    const places = this.places();
    const own = server?.command.startsWith(places.environment) ?? false;
    if (!own || server?.version === this.version()) return server;
    return (await this.installed()) ? findServer(places, this.log) : server;
  }

  private async connect(server: Server): Promise<void> {
    this.log.info(`rf-lsp ${server.version}: ${server.command} ${server.args.join(' ')} (${server.origin})`);
    const client = makeClient(server, this.places().cwd, this.log, this.status, () => this.settings());
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (this.client !== client) return;
      if (newState === State.Running) this.status.show('running', server);
      if (newState === State.Stopped) this.status.show('stopped');
    });
    await client.start();
  }

  private settings(): Record<string, unknown> {
    const properties = this.context.extension.packageJSON.contributes.configuration.properties;
    const roots = vscode.workspace.workspaceFolders?.length ?? 0; // each of several has its own environment
    return settings(namesOf(properties), roots > 1 ? undefined : this.python);
  }

  private async halt(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.state === State.Running) await client.stop();
    await client?.dispose();
  }

  private missing(): void {
    this.log.warn(`no rf-lsp in the selected Python environment (${this.python ?? 'none'}), nor on PATH`);
    this.status.show('missing');
    if (this.context.globalState.get(DECLINED)) return;
    const question = 'rf-lsp is not installed. Install it into an environment of its own, apart from your projects?';
    void vscode.window.showInformationMessage(question, 'Install', 'Choose a Server…', "Don't Ask Again").then((answer) => {
      if (answer === 'Install') return this.install();
      if (answer === 'Choose a Server…') return vscode.commands.executeCommand('workbench.action.openSettings', 'rf-lsp.path');
      if (answer) return this.context.globalState.update(DECLINED, true);
      return undefined;
    });
  }

  private async installed(): Promise<boolean> {
    const { environment } = this.places();
    const wheels = vscode.Uri.joinPath(this.context.extensionUri, 'server').fsPath;
    this.status.show('installing');
    const options = { location: vscode.ProgressLocation.Notification, title: 'Installing rf-lsp' };
    try {
      await vscode.window.withProgress(options, () => install(environment, wheels, this.python, this.log));
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  private failed(error: unknown): void {
    this.log.error(messageOf(error));
    this.status.show('stopped');
    void vscode.window.showErrorMessage(`rf-lsp: ${messageOf(error)}`, 'Show Log').then((answer) => answer && this.log.show());
  }

  private version(): string {
    return this.context.extension.packageJSON.version;
  }

  private places(): Places {
    const cwd = this.context.globalStorageUri.fsPath;
    fs.mkdirSync(cwd, { recursive: true });
    const environment = vscode.Uri.joinPath(this.context.globalStorageUri, 'environment').fsPath;
    return { python: this.python, environment, cwd };
  }
}
