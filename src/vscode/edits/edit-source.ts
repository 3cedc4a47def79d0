// A source of next edits beside those that repeat earlier ones. It works at pauses in typing and keeps what it found.
import type * as vscode from 'vscode';
import type { Disposable } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { ChangeKind, Edit, NextEdit, TextFile } from '../../edits/history/edit.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Documents } from '../folder/documents.ts';
import type { Folders } from '../folder/folders.ts';
import type { EditJournals } from './edit-journals.ts';

export interface EditSource extends Disposable {
  /** Call for each change of a recorded document. @param before the text before it, with '\n' line ends */
  changed(path: string, event: vscode.TextDocumentChangeEvent, kind: ChangeKind, before: string): void;
  /** What is offered now, best first. */
  edits(folder: FolderRef, documents: readonly TextFile[], edits: readonly Edit[]): readonly NextEdit[];
  /** The user has taken or dismissed an offered edit, of any origin. */
  judged?(folder: FolderRef, edit: NextEdit, isTaken: boolean): void;
}

/** What searches for edits are made from. */
export interface EditSearchDeps {
  readonly folders: Folders;
  readonly documents: Documents;
  readonly journals: EditJournals;
  readonly log: Log;
  /** Whether completions are enabled for this folder and language, and not snoozed. */
  readonly isOn: (folder: FolderRef, languageId: string) => boolean;
}

export interface EditSourceDeps extends EditSearchDeps {
  /** Called when there may be another edit to offer without a change of the user. */
  readonly onFound: () => void;
}
