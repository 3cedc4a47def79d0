// The settings as they stand for a document or a folder, read anew only when they change.
import * as vscode from 'vscode';
import { DisposableStore } from '../common/disposable.ts';
import { readSettings, type Settings, section } from './settings.ts';

export class Configuration extends DisposableStore {
  private readonly cache = new Map<string, Settings>();
  private readonly changed = this.add(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changed.event;

  constructor() {
    super();
    this.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration(section) && !event.affectsConfiguration('files.exclude')) return;
        this.cache.clear();
        this.changed.fire();
      }),
    );
    this.add(
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.cache.clear();
      }),
    );
  }

  /** @param scope a folder's URI; undefined: no folder. Settings by language are the `enable` map's business. */
  for(scope: vscode.Uri | undefined): Settings {
    const key = scope?.toString() ?? '';
    let settings = this.cache.get(key);
    if (!settings) {
      const values = vscode.workspace.getConfiguration(section, scope ?? null);
      settings = readSettings((name) => values.get(name));
      this.cache.set(key, settings);
    }
    return settings;
  }

  /** Globs that are switched on: VS Code's own and ours. */
  excludes(scope: vscode.Uri): Record<string, boolean> {
    const files = vscode.workspace.getConfiguration('files', scope).get<Record<string, unknown>>('exclude') ?? {};
    const globs = { ...files, ...this.for(scope).exclude };
    return Object.fromEntries(Object.entries(globs).map(([glob, on]) => [glob, on === true]));
  }

  /** Writes where the setting is set already, else for the user: a click in our panel makes no file in the repository. */
  async write<K extends keyof Settings>(key: K, value: Settings[K], scope: vscode.Uri | undefined): Promise<void> {
    const values = vscode.workspace.getConfiguration(section, scope ?? null);
    const set = values.inspect(key);
    const target =
      set?.workspaceFolderValue !== undefined
        ? vscode.ConfigurationTarget.WorkspaceFolder
        : set?.workspaceValue !== undefined
          ? vscode.ConfigurationTarget.Workspace
          : vscode.ConfigurationTarget.Global;
    await values.update(key, value, target);
  }
}
