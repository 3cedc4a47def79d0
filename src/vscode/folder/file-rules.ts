// Whether a file may be sent, only completed locally, or neither. Cached per file until an ignore file or a setting
// changes.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { FileRule } from '../../workspace/files/file.ts';
import { isSecretFile } from '../../workspace/files/file-names.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Configuration } from '../settings/configuration.ts';
import { importFiles } from './late.ts';

const ignoreFileNames = /(^|\/)\.(gitignore|easyadaptationignore)$/;

export class FileRules extends DisposableStore {
  private readonly configuration: Configuration;
  private readonly log: Log;
  private readonly pending = new Map<string, Promise<FileRule>>();
  private readonly known = new Map<string, FileRule>();

  constructor(configuration: Configuration, log: Log) {
    super();
    this.configuration = configuration;
    this.log = log;
    this.add(configuration.onDidChange(() => this.forget()));
    this.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.forget()));
    this.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (ignoreFileNames.test(uri.path)) this.forget();
      }),
    );
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

  forget(): void {
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
