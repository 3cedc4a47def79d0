// What a folder's worker is asked and told.
import type { CompletionQuery, Draft, DraftOptions, Snippet, SnippetOptions } from '../../common/completion.ts';
import type { EditHistory, NextEdit, Replacement } from '../../edits/history/edit.ts';
import type { ProposedEdit, Refusal } from '../../edits/large-model/check.ts';
import type { EditedPlace } from '../../edits/large-model/place.ts';
import type { NextEditsInput } from '../../edits/rules/repeated.ts';
import { commonPrefix, commonSuffix } from '../../text/edits.ts';

export type { EditHistory } from '../../edits/history/edit.ts';

/** Content of the worker's index after a snapshot was loaded. */
export interface LoadedIndex {
  readonly files: number;
  readonly tokens: number;
}

/** What a folder's worker serves. Requests without a result are told, not asked. */
export interface WorkerRequests {
  complete: Row<{ readonly query: CompletionQuery; readonly options: DraftOptions }, Draft | undefined>;
  snippets: Row<{ readonly query: CompletionQuery; readonly options: SnippetOptions }, readonly Snippet[]>;
  nextEdits: Row<EditSearch, readonly NextEdit[]>;
  /** Estimate that a large model would write the edit that follows. */
  followUp: Row<EditedPlace, number>;
  checkEdit: Row<{ readonly place: EditedPlace; readonly proposed: ProposedEdit }, Replacement | Refusal>;
  paths: Row<undefined, readonly string[]>;
  /** `changes`: changes since the snapshot's files were read, in files that are not open. */
  load: Row<{ readonly snapshotPath: string; readonly changes: readonly FileChange[] }, LoadedIndex>;
  file: Row<FileChange, void>;
  edit: Row<FileEdit, void>;
  history: Row<EditHistory, void>;
}

interface Row<Request, Result> {
  readonly request: Request;
  readonly result: Result;
  readonly progress: never;
}

/** Documents absent, or left out: those of the last `setOpenFile`. */
export type EditSearch = Omit<NextEditsInput, 'filesWith' | 'documents'> & Partial<Pick<NextEditsInput, 'documents'>>;

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

/** Given to the worker when it starts. */
export interface WorkerData {
  readonly tokenizerPath: string;
}
