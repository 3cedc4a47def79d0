// Whether a file may be sent, only completed locally, or neither. Cached per file until an ignore file, on disk or in an
// editor, or a setting changes.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { FileRule } from '../../workspace/files/file.ts';
import { isSecretFile } from '../../workspace/files/file-names.ts';
import { type FolderRef, folderOf } from '../editor/folder-ref.ts';
import type { Configuration } from '../settings/configuration.ts';
import { section } from '../settings/settings.ts';
import { importFiles } from './late.ts';
import { stateOnDisk } from './state-on-disk.ts';

const ignoreFileNames = /(^|\/)(\.gitignore|\.easyadaptationignore|\.git\/info\/exclude)$/;
const ignoreFileGlobs = ['**/{.gitignore,.easyadaptationignore}', '**/.git/info/exclude'];
/** Settings that exclude files. */
const excludeSettings = [`${section}.exclude`, 'files.exclude'];

export class FileRules extends DisposableStore {
  private readonly configuration: Configuration;
  private readonly log: Log;
  private readonly pending = new Map<string, Promise<FileRule>>();
  private readonly known = new Map<string, FileRule>();
  private readonly changed = this.add(new vscode.EventEmitter<FolderRef | undefined>());
  /** The rules of a folder, or of all, may have changed. */
  readonly onDidChange = this.changed.event;
  /** Ignore file -> its state when it was read last: a save in the editor is reported by the disk, too. */
  private readonly states = new Map<string, string>();

  constructor(configuration: Configuration, log: Log) {
    super();
    this.configuration = configuration;
    this.log = log;
    this.add(
      configuration.onDidChange((affects) => {
        this.forget();
        if (excludeSettings.some(affects)) this.changed.fire(undefined);
      }),
    );
    this.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.forget()));
    const onFile = (uri: vscode.Uri) => void this.onIgnoreFile(uri);
    for (const glob of ignoreFileGlobs) {
      const watcher = this.add(vscode.workspace.createFileSystemWatcher(glob));
      for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) this.add(event(onFile));
    }
    this.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (ignoreFileNames.test(uri.path)) onFile(uri);
      }),
    );
  }

  private async onIgnoreFile(uri: vscode.Uri): Promise<void> {
    const state = await stateOnDisk(uri);
    const key = uri.toString();
    if (this.isDisposed || this.states.get(key) === state) return;
    this.states.set(key, state);
    this.forget();
    this.changed.fire(folderOf(uri));
  }

  /** The rule of a file. Never rejects: if the rule cannot be determined, the file is completed locally. */
  of(folder: FolderRef, path: string): Promise<FileRule> {
    const key = `${folder.key}\0${path}`;
    let rule = this.pending.get(key);
    if (!rule) {
      rule = this.determine(folder, path).catch((error: unknown): FileRule => {
        this.log.error('The rule of a file could not be determined, so the file is not sent', error);
        return 'local';
      });
      this.pending.set(key, rule);
      const determined = rule;
      void determined.then((value) => {
        if (this.pending.get(key) === determined) this.known.set(key, value);
      });
    }
    return rule;
  }

  /** Whether the file may be sent. False until the file was checked. */
  mayLeave(folder: FolderRef, path: string): boolean {
    return this.known.get(`${folder.key}\0${path}`) === 'open';
  }

  private forget(): void {
    this.pending.clear();
    this.known.clear();
  }

  private async determine(folder: FolderRef, path: string): Promise<FileRule> {
    if (isSecretFile(path)) return 'off';
    const { uri, root } = folder;
    if (uri === undefined) return 'open';
    const { ruleOf } = await importFiles();
    const options = { trusted: vscode.workspace.isTrusted, filesExclude: this.configuration.excludes(uri) };
    return ruleOf(root, path, options, this.configuration.for(uri).exclude);
  }
}
