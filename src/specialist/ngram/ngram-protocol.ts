// Messages between the client and its worker thread.
import type { CompletionQuery, Draft, DraftOptions, Snippet, SnippetOptions } from '../../common/completion.ts';
import type { Result } from '../../common/errors.ts';
import type { EditHistory, NextEdit, Replacement } from '../../edits/history/edit.ts';
import type { ProposedEdit, Refusal } from '../../edits/large-model/check.ts';
import type { EditedPlace } from '../../edits/large-model/worth.ts';
import type { NextEditsInput } from '../../edits/rules/repeated.ts';
import { commonPrefix, commonSuffix } from '../../text/edits.ts';

export type { EditHistory } from '../../edits/history/edit.ts';

/** Content of the worker's index after a snapshot was loaded. */
export interface LoadedIndex {
  readonly files: number;
  readonly tokens: number;
}

export type Request =
  | { readonly kind: 'complete'; readonly query: CompletionQuery; readonly options: DraftOptions }
  | { readonly kind: 'snippets'; readonly query: CompletionQuery; readonly options: SnippetOptions }
  | { readonly kind: 'next-edits'; readonly input: EditSearch }
  | { readonly kind: 'follow-up'; readonly place: EditedPlace }
  | { readonly kind: 'check-edit'; readonly place: EditedPlace; readonly proposed: ProposedEdit }
  | { readonly kind: 'paths' }
  /** `changes`: changes since the snapshot's files were read, in files that are not open. */
  | { readonly kind: 'load'; readonly snapshotPath: string; readonly changes: readonly FileChange[] };

/** Documents absent, or left out: those of the last `setOpenFile`. */
export type EditSearch = Omit<NextEditsInput, 'filesWith' | 'documents'> & Partial<Pick<NextEditsInput, 'documents'>>;

/** The result of each kind of request. */
export interface WorkerResults {
  readonly complete: Draft | undefined;
  readonly snippets: readonly Snippet[];
  readonly 'next-edits': readonly NextEdit[];
  /** Estimate that a large model would write the edit that follows. */
  readonly 'follow-up': number;
  readonly 'check-edit': Replacement | Refusal;
  readonly paths: readonly string[];
  readonly load: Result<LoadedIndex>;
}

/**
 * A change of a file. Text is the whole text, with '\n' line ends. With a folder everything below it is removed,
 * because VS Code reports the removal of a folder as one event.
 */
export type FileChange =
  | { readonly kind: 'open'; readonly path: string; readonly text: string }
  | { readonly kind: 'saved'; readonly path: string; readonly text: string }
  | { readonly kind: 'closed'; readonly path: string }
  | { readonly kind: 'removed'; readonly path: string };

/** Whether a path is a file or folder, or lies below it. */
export function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** A change of an open document: `removed` units from `at` on were replaced by `text`. */
export interface FileEdit {
  readonly path: string;
  readonly at: number;
  readonly removed: number;
  readonly text: string;
}

export function editOf(path: string, before: string, after: string): FileEdit {
  const at = commonPrefix(before, after);
  const end = commonSuffix(before.slice(at), after.slice(at));
  return { path, at, removed: before.length - at - end, text: after.slice(at, after.length - end) };
}

export function edited(before: string, { at, removed, text }: FileEdit): string {
  return before.slice(0, at) + text + before.slice(at + removed);
}

export type ToWorker =
  | { readonly kind: 'request'; readonly id: number; readonly request: Request }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'file'; readonly change: FileChange }
  | { readonly kind: 'edit'; readonly edit: FileEdit }
  | { readonly kind: 'history'; readonly history: EditHistory };

export type FromWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: WorkerResults[keyof WorkerResults] }
  /** The request was cancelled before it was worked on. */
  | { readonly kind: 'cancelled'; readonly id: number }
  /** The request hit a bug; the worker continues. */
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly message: string };

/** Given to the worker when it starts. */
export interface WorkerData {
  readonly tokenizerPath: string;
}
