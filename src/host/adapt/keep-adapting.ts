// Tells the schedule of adaptations that go on by themselves what is typed and saved, and lets it have the folders.
import * as vscode from 'vscode';
import type { Clock } from '../../common/clock.ts';
import { DisposableStore } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import { readWentOn, type WentOn } from '../../continual/went-on.ts';
import type { Configuration } from '../configuration.ts';
import { isSilent } from '../document-query.ts';
import type { FileRules } from '../folder/file-rules.ts';
import type { FolderSession } from '../folder/folder-session.ts';
import type { Folders } from '../folder/folders.ts';
import { folderOf, pathIn } from '../folder-ref.ts';
import type { Paths } from '../paths.ts';
import type { Adaptation } from './adaptation.ts';
import { LastKey } from './last-key.ts';
import { type Continuing, ENOUGH, OnwardSchedule } from './onward-schedule.ts';

export interface KeepAdaptingDeps {
  readonly folders: Folders;
  readonly rules: FileRules;
  readonly adaptation: Adaptation;
  readonly configuration: Configuration;
  readonly onMains: () => Promise<boolean>;
  readonly paths: Pick<Paths, 'storage'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: () => void;
}

export class KeepAdapting extends DisposableStore {
  private readonly deps: KeepAdaptingDeps;
  private readonly schedule: OnwardSchedule;
  /** What was read of folders' files, by the specialist's. */
  private readonly known = new Map<string, WentOn | undefined>();
  /** Lines of open documents that were changed since they were saved, by their numbers; no more than are enough. */
  private readonly lines = new Map<string, Set<number>>();

  constructor(deps: KeepAdaptingDeps) {
    super();
    this.deps = deps;
    const { adaptation, clock, log, onMains, onChange, configuration, paths } = deps;
    this.schedule = this.add(
      new OnwardSchedule({
        ...{ clock, log, onMains, keys: new LastKey(paths.storage, clock) },
        isIdle: () => adaptation.isIdle,
        onWent: () => {
          this.known.clear();
          onChange();
        },
      }),
    );
    const { workspace, window } = vscode;
    this.add(workspace.onDidChangeTextDocument((event) => this.changed(event)));
    this.add(workspace.onDidSaveTextDocument((document) => void this.saved(document)));
    this.add(workspace.onDidCloseTextDocument(({ uri }) => this.lines.delete(uri.toString())));
    this.add(
      window.onDidChangeTextEditorSelection(({ textEditor: { document } }) => {
        if (!isSilent(document.uri.scheme, document.languageId)) this.schedule.touched();
      }),
    );
    this.add(configuration.onDidChange(() => this.schedule.configure()));
    this.add(workspace.onDidGrantWorkspaceTrust(() => this.schedule.configure()));
  }

  /** How it went on last, as far as was read; undefined where it never did. The panel asks with each of its changes: no file is read for that. */
  last(session: FolderSession): WentOn | undefined {
    const { specialistFolder } = session;
    if (specialistFolder === undefined) return undefined;
    return this.known.has(specialistFolder) ? this.known.get(specialistFolder) : this.read(specialistFolder);
  }

  private read(specialistFolder: string): WentOn | undefined {
    const went = readWentOn(specialistFolder);
    this.known.set(specialistFolder, went);
    return went;
  }

  private changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0 || isSilent(document.uri.scheme, document.languageId)) return;
    this.schedule.touched();
    const key = document.uri.toString();
    const lines = this.lines.get(key) ?? new Set();
    this.lines.set(key, lines);
    for (const { range, text } of contentChanges) {
      const written = text.split('\n').length - 1;
      const most = Math.max(range.end.line, range.start.line + written);
      for (let line = range.start.line; line <= most && lines.size < ENOUGH.lines; line++) lines.add(line);
    }
  }

  private async saved({ uri }: vscode.TextDocument): Promise<void> {
    const key = uri.toString();
    const lines = this.lines.get(key)?.size ?? 0;
    this.lines.delete(key);
    const folder = folderOf(uri);
    const session = this.deps.folders.peek(folder);
    if (!session || folder.root === undefined || uri.scheme !== 'file') return;
    const path = pathIn(folder, uri);
    // What is left out teaches nothing.
    if ((await this.deps.rules.of(folder, path)) !== 'open' || session.isDisposed) return;
    this.schedule.saved(this.continuing(session), path, lines);
  }

  private continuing(session: FolderSession): Continuing {
    const { folder } = session;
    const { adaptation, configuration } = this.deps;
    return {
      key: folder.key,
      name: folder.name,
      isWanted: () => {
        const { state } = session.specialist;
        const ownServes = state.kind === 'ready' && state.name === 'adapted' && session.servedBy === undefined;
        const isOn = vscode.workspace.isTrusted && configuration.for(folder.uri).keepAdapting;
        return isOn && ownServes && session.report !== undefined && !session.isDisposed;
      },
      last: () => (session.specialistFolder === undefined ? undefined : this.read(session.specialistFolder)),
      goOn: (signal) => adaptation.goOn(session, signal),
    };
  }
}
