// Tells the specialists what is open, changed, saved, closed, moved and deleted; and learns a saved file anew, alone.
import * as vscode from 'vscode';
import { DisposableStore } from '../common/disposable.ts';
import type { Log } from '../common/log.ts';
import type { Configuration } from './configuration.ts';
import type { FileRules } from './fileRules.ts';
import { folderOf, pathIn } from './folderRef.ts';
import type { Folders } from './folders.ts';
import { lateFiles } from './late.ts';
import { isSilent, toLineFeeds } from './query.ts';

export interface DocumentsDeps {
  readonly folders: Folders;
  readonly rules: FileRules;
  readonly configuration: Configuration;
  readonly log: Log;
}

/** A change reaches the specialist when the typing has paused this long, ms; the query itself always has the newest text. */
const settleMs = 250;
/** Longer documents are not followed: the query's own window serves them. UTF-16 units. */
const maxLength = 1_000_000;
/** Documents that were open before us are told a few at a time, so that activation stays short. */
const batch = 8;
/** The disk watcher reports a save within this long, ms. */
const echoMs = 4000;

export class Documents extends DisposableStore {
  private readonly deps: DocumentsDeps;
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly learnedAt = new Map<string, number>();

  constructor(deps: DocumentsDeps) {
    super();
    this.deps = deps;
    const { workspace } = vscode;
    this.add(workspace.onDidOpenTextDocument((document) => this.tell(document)));
    this.add(
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.tellSoon(document);
      }),
    );
    this.add(workspace.onDidSaveTextDocument(({ uri }) => void this.learn(uri)));
    this.add(workspace.onDidCloseTextDocument((document) => this.closed(document)));
    this.add(
      workspace.onDidDeleteFiles(({ files }) => {
        for (const uri of files) this.remove(uri);
      }),
    );
    this.add(
      workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) {
          this.remove(oldUri);
          void this.learn(newUri);
        }
      }),
    );
    this.add({
      dispose: () => {
        for (const timer of this.timers.values()) clearTimeout(timer);
      },
    });
  }

  /** What is open already, a few documents per turn of the event loop. */
  async tellAll(): Promise<void> {
    const documents = [...vscode.workspace.textDocuments];
    while (documents.length > 0 && !this.isDisposed) {
      for (const document of documents.splice(0, batch)) this.tell(document);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private tellSoon(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => this.tell(document), settleMs),
    );
  }

  private tell(document: vscode.TextDocument): void {
    this.settle(document.uri);
    if (document.isClosed || isSilent(document.uri.scheme, document.languageId)) return;
    const folder = folderOf(document.uri);
    const path = pathIn(folder, document.uri);
    this.deps.rules.of(folder, path).then(
      (rule) => {
        // What must not leave the machine must not be in another file's snippets either: its own text is in its own query.
        if (rule !== 'open' || document.isClosed || this.isDisposed) return;
        const text = document.getText();
        if (text.length <= maxLength) this.deps.folders.of(folder).specialist.setOpenFile(path, toLineFeeds(text));
      },
      (error: unknown) => this.deps.log.error('An open file was not followed', error),
    );
  }

  /** Never rejects. A file as it is on disk, by the rules of the harvest, secrets masked; the index has it from then on, open or not. */
  async learn(uri: vscode.Uri): Promise<void> {
    const folder = folderOf(uri);
    if (folder.root === undefined || folder.uri === undefined || uri.scheme !== 'file') return;
    const path = pathIn(folder, uri);
    this.learnedAt.set(uri.toString(), Date.now());
    try {
      const { harvestFile } = await lateFiles();
      const filesExclude = this.deps.configuration.excludes(folder.uri);
      const found = await harvestFile(folder.root, path, { trusted: vscode.workspace.isTrusted, filesExclude });
      const session = this.deps.folders.peek(folder);
      if (!session || !found.ok) return;
      if (found.value.file) session.specialist.setSavedFile(path, found.value.file.text);
      else if (found.value.leftOut === 'gone') session.specialist.removeFile(path);
    } catch (error) {
      this.deps.log.error('A saved file was not learned', error);
    }
  }

  private closed({ uri }: vscode.TextDocument): void {
    this.settle(uri);
    const folder = folderOf(uri);
    this.deps.folders.peek(folder)?.specialist.setOpenFile(pathIn(folder, uri), undefined);
  }

  /** Learned so lately that the disk watcher's event can only be the echo of it. */
  isFresh(uri: vscode.Uri): boolean {
    return Date.now() - (this.learnedAt.get(uri.toString()) ?? 0) < echoMs;
  }

  /** The file is gone from the disk. */
  remove(uri: vscode.Uri): void {
    this.learnedAt.delete(uri.toString());
    this.settle(uri);
    const folder = folderOf(uri);
    this.deps.folders.peek(folder)?.specialist.removeFile(pathIn(folder, uri));
  }

  private settle(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
  }
}
