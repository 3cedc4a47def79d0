// The settings of a document or folder, cached until they change.
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { globsOfBoth, type Levels, resolve, type Toggles } from './levels.ts';
import { readSetting, readSettings, type Settings, section } from './settings.ts';

export class Configuration extends DisposableStore {
  private readonly cache = new Map<string, Settings>();
  private readonly changed = this.add(new vscode.EventEmitter<(name: string) => boolean>());
  /** With whether a setting, by its whole name, may have changed. */
  readonly onDidChange = this.changed.event;

  constructor() {
    super();
    this.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration(section) && !event.affectsConfiguration('files.exclude')) return;
        this.cache.clear();
        this.changed.fire((name) => event.affectsConfiguration(name));
      }),
    );
    this.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.cache.clear()));
    this.add(
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.cache.clear();
        this.changed.fire(() => true);
      }),
    );
  }

  /** @param scope a folder's URI; undefined: no folder. Settings by language are in the `enable` map. */
  for(scope: vscode.Uri | undefined): Settings {
    const key = scope?.toString() ?? '';
    let settings = this.cache.get(key);
    if (!settings) {
      const values = vscode.workspace.getConfiguration(section, scope ?? null);
      settings = readSettings((name) => values.inspect(name), vscode.workspace.isTrusted);
      this.cache.set(key, settings);
    }
    return settings;
  }

  /** Enabled globs, VS Code's and ours. A workspace cannot remove the user's globs. */
  excludes(scope: vscode.Uri): Record<string, boolean> {
    const levels = vscode.workspace.getConfiguration('files', scope).inspect('exclude') ?? {};
    return {
      ...resolve<Toggles>(levels, enabledGlobs, {}, globsOfBoth, true),
      ...enabledGlobs(this.for(scope).exclude),
    };
  }

  /**
   * Writes to the level where the setting is set already, else to the user's settings, so that a click in the panel
   * creates no file in the repository. A stricter value of the user is changed as well.
   */
  async write<K extends keyof Settings>(key: K, value: Settings[K], scope: vscode.Uri | undefined): Promise<void> {
    const values = vscode.workspace.getConfiguration(section, scope ?? null);
    const { isTrusted } = vscode.workspace;
    const { Global, Workspace, WorkspaceFolder } = vscode.ConfigurationTarget;
    const targets = { globalValue: Global, workspaceValue: Workspace, workspaceFolderValue: WorkspaceFolder };
    const inWorkspace = (['workspaceFolderValue', 'workspaceValue'] as const).filter(
      (level) => isTrusted && values.inspect(key)?.[level] !== undefined,
    );
    let levels: Levels = { ...values.inspect(key) };
    for (const level of [...inWorkspace, 'globalValue'] as const) {
      await values.update(key, value, targets[level]);
      levels = { ...levels, [level]: value };
      if (isDeepStrictEqual(readSetting(key, levels, isTrusted), value)) return;
    }
  }
}

/** Globs with `{ "when": ... }` do not count: they hide a generated file's source, which is still the user's text. */
function enabledGlobs(globs: unknown): Toggles | undefined {
  if (typeof globs !== 'object' || globs === null) return undefined;
  return Object.fromEntries(Object.entries(globs).map(([glob, on]) => [glob, on === true]));
}
