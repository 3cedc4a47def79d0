// Offers the edit that follows from the last ones, by the large model: asked where the cursor rests after an edit and
// nothing but quick fixes is offered. The next key ends the call.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import { isCancelled } from '../../common/errors.ts';
import { type ChangeKind, type NextEdit, positionOf, type TextFile } from '../../edits/history/edit.ts';
import type { FollowingEdit } from '../../edits/large-model/ask.ts';
import type { EditedPlace } from '../../edits/large-model/worth.ts';
import { lineFeedOffset } from '../editor/document-query.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { EditSource, EditSourceDeps } from './edit-source.ts';
import { errorsIn, maxErrorAge } from './language-server.ts';

/**
 * Rest of the cursor after the search for other edits, ms: 1.5 s after the last key. A shorter stop is mostly one within
 * an edit, and the next key cancels the call (`npm run bench -- replay --only edit-calls`).
 */
const restMs = 1150;
/** Distance of an error from the cursor, lines. */
const maxDistance = 40;

/** Where an edit is asked for. */
export interface AskedPlace {
  readonly folder: FolderRef;
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly place: EditedPlace;
}

interface Found extends AskedPlace {
  readonly edit: NextEdit;
}

export class FollowingEditSource extends Part<EditSourceDeps> implements EditSource {
  private timer: NodeJS.Timeout | undefined;
  private asking: AbortController | undefined;
  private found: Found | undefined;
  /** The document that was typed into last, when, and its errors before. */
  private typed:
    | { readonly document: vscode.TextDocument; at: number; readonly errors: ReadonlySet<string> }
    | undefined;

  constructor(deps: EditSourceDeps) {
    super(deps);
    this.add(vscode.languages.onDidChangeDiagnostics(({ uris }) => this.onDiagnostics(uris)));
    this.add({ dispose: () => this.cancel() });
  }

  changed(_path: string, { document }: vscode.TextDocumentChangeEvent, kind: ChangeKind): void {
    this.cancel();
    this.found = undefined;
    if (kind === 'tool') return;
    if (kind === 'undo' || kind === 'redo') this.typed = undefined;
    else if (this.typed?.document === document) this.typed.at = performance.now();
    else this.typed = { document, at: performance.now(), errors: new Set(errorsIn(document).map(nameOf)) };
  }

  edits({ key }: FolderRef): NextEdit[] {
    const { found } = this;
    if (found === undefined || found.folder.key !== key || found.document.version !== found.version) return [];
    return [found.edit];
  }

  /** Nothing else is offered, or only quick fixes: asks the large model if the cursor still rests then. */
  rested(): void {
    if (this.typed === undefined || this.asking !== undefined || this.found !== undefined) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), restMs);
  }

  judged(folder: FolderRef, { origin }: NextEdit, isTaken: boolean): void {
    if (origin?.kind === 'follows') this.deps.folders.of(folder).service.following.judgedByUser(isTaken);
  }

  /** Where the cursor of the active editor rests after an edit that may be sent; undefined: nothing is asked there. */
  placeNow(): AskedPlace | undefined {
    const { journals, documents, isOn } = this.deps;
    const editor = window.activeTextEditor;
    const recorded = editor && journals.recordedOf(editor.document);
    if (!recorded || !isOn(recorded.folder, editor.document.languageId)) return undefined;
    const { document, selection, selections } = editor;
    const { folder, path, journal } = recorded;
    const changes = journal.recentChanges().filter((change) => documents.mayLeave({ folder, path: change.path }));
    const text = journal.textOf(path);
    if (text === undefined || selections.length !== 1 || !selection.isEmpty || changes.at(-1)?.path !== path)
      return undefined;
    const offset = lineFeedOffset(document, selection.active);
    const place = { path, text, offset, changes, newErrors: this.newErrors(document, selection.active.line) };
    return { folder, document, version: document.version, place };
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = undefined;
  }

  private onDiagnostics(uris: readonly vscode.Uri[]): void {
    const { typed } = this;
    if (!typed || performance.now() - typed.at > maxErrorAge || this.found !== undefined) return;
    if (uris.some((uri) => uri.toString() === typed.document.uri.toString())) this.deps.onFound();
  }

  private async ask(): Promise<void> {
    const asked = this.placeNow();
    if (asked === undefined || asked.document !== this.typed?.document) return;
    const asking = new AbortController();
    this.asking = asking;
    try {
      const { service, ngram } = this.deps.folders.of(asked.folder);
      const result = await service.following.after(asked.place, ngram, asking.signal);
      if (asking.signal.aborted || asked.document.version !== asked.version) return;
      if (typeof result === 'string') return this.deps.log.debug(`No edit by the large model: ${result}`);
      this.found = { ...asked, edit: nextEditOf(asked.place, result) };
      this.deps.onFound();
    } catch (error) {
      if (!asking.signal.aborted && !isCancelled(error)) this.deps.log.error('The large model’s edit failed', error);
    } finally {
      if (this.asking === asking) this.asking = undefined;
    }
  }

  /** Lines near the cursor's with an error that was not there before the edit. */
  private newErrors(document: vscode.TextDocument, line: number): number {
    const { typed } = this;
    if (typed?.document !== document) return 0;
    const fresh = errorsIn(document).filter((error) => !typed.errors.has(nameOf(error)));
    const lines = fresh.map(({ range }) => range.start.line);
    return new Set(lines.filter((each) => each !== line && Math.abs(each - line) <= maxDistance)).size;
  }
}

/** The same error may have moved. */
function nameOf({ message, range }: vscode.Diagnostic): string {
  return JSON.stringify([message, range.start.character]);
}

function nextEditOf({ path, text }: TextFile, { change, sure, model, latencyMs, costUsd }: FollowingEdit): NextEdit {
  const { start, end, text: replacement } = change;
  const removed = text.slice(start, end);
  const name = JSON.stringify(['follows', path, removed, replacement]);
  return {
    path,
    range: { start: positionOf(text, start), end: positionOf(text, end) },
    removed,
    replacement,
    rule: name,
    place: name,
    origin: { kind: 'follows', model, latencyMs, costUsd },
    learnedFrom: [],
    left: 1,
    probability: sure,
  };
}
