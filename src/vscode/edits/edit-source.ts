// A source of next edits beside those that repeat earlier ones. It works at pauses in typing and keeps what it found.
import type * as vscode from 'vscode';
import type { Disposable } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { ChangeKind, Edit, NextEdit, TextFile } from '../../workspace/edits/edit.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Documents } from '../folder/documents.ts';
import type { EditJournals } from './edit-journals.ts';

export interface EditSource extends Disposable {
  /** Call for each change of a recorded document. @param before the text before it, with '\n' line ends */
  changed(path: string, event: vscode.TextDocumentChangeEvent, kind: ChangeKind, before: string): void;
  /** What is offered now, best first. */
  edits(folder: FolderRef, documents: readonly TextFile[], edits: readonly Edit[]): readonly NextEdit[];
}

export interface EditSourceDeps {
  readonly journals: EditJournals;
  readonly documents: Documents;
  readonly log: Log;
  /** Whether next edits are offered here. */
  readonly isOn: (folder: FolderRef, languageId: string) => boolean;
  /** Called when there may be another edit to offer without a change of the user. */
  readonly onFound: () => void;
}
