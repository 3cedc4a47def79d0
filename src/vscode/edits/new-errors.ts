// The errors that language servers find in the open documents of a folder after the user's last changes: places that
// the changes have left behind.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import type { ErrorPlace } from '../../edits/editor.ts';
import { type ChangeKind, lastChange } from '../../edits/history/edit.ts';
import { lineNumber } from '../../text/lines.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Recorded } from './edit-journals.ts';
import { errorsIn, maxErrorAge, type SourceDeps } from './language-server.ts';
import { offsetIn } from './places.ts';

/** Pause in typing in which a name is finished, ms; and after new diagnostics, which come one after another. */
const restMs = 1000;
const settledMs = 150;
/** So long after a document was opened its old errors may not be known yet, ms. */
const unknownMs = 5000;
const maxPlaces = 100;

export interface NewError extends ErrorPlace {
  readonly document: vscode.TextDocument;
  readonly diagnostic: vscode.Diagnostic;
}

/** An error that stays may move with its line, and its message may name what was changed. */
interface ErrorName {
  readonly code: string;
  readonly inLine: string;
}

export class NewErrors extends Part<SourceDeps> {
  /** The errors before the user's changes, in each document that was open then; undefined: nothing was changed. */
  private before: ReadonlyMap<vscode.TextDocument, readonly ErrorName[]> | undefined;
  private readonly startedAt = performance.now();
  private readonly openedAt = new WeakMap<vscode.TextDocument, number>();
  /** Goes up when the present errors are accepted as old. */
  private since = 0;
  private changedAt = 0;
  private isResting = false;
  private timer: NodeJS.Timeout | undefined;
  /** The errors that were told last. */
  private told = '';

  constructor(deps: SourceDeps) {
    super(deps);
    this.add(
      vscode.languages.onDidChangeDiagnostics(() => {
        // Errors that come later have nothing to do with the last key.
        if (this.told === '' && performance.now() - this.changedAt > maxErrorAge) this.before = undefined;
        this.lookSoon(settledMs);
      }),
    );
    this.add(deps.documents.listen({ opened: ({ shown }) => this.openedAt.set(shown, performance.now()) }));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  changed(kind: ChangeKind): void {
    if (kind === 'tool') return;
    this.changedAt = performance.now();
    this.isResting = false;
    this.told = '';
    if (kind === 'undo' || kind === 'redo') this.before = undefined;
    else if (this.all().length === 0) this.forget();
    // While errors of the changes before are left, those changes are not finished: known documents keep their state.
    else this.before = new Map([...this.present(), ...(this.before ?? [])]);
    this.lookSoon(0);
  }

  /** The present errors are no new ones any more. */
  forget(): void {
    this.since++;
    this.before = this.present();
  }

  private present(): ReadonlyMap<vscode.TextDocument, readonly ErrorName[]> {
    const latest = performance.now() - unknownMs;
    const documents = this.deps.documents.open
      .map(({ shown }) => shown)
      .filter((document) => (this.openedAt.get(document) ?? this.startedAt) < latest);
    const namesIn = (document: vscode.TextDocument) => errorsIn(document).map((error) => nameOf(document, error));
    return new Map(documents.map((document) => [document, namesIn(document)]));
  }

  get count(): number {
    return this.all().length;
  }

  /** A new error of each line, once the user rests. None while there is one in his change itself. */
  places(folder: FolderRef): readonly NewError[] {
    if (!this.isResting) return [];
    const changes = lastChange(this.deps.journals.editsOf(folder));
    const places: NewError[] = [];
    for (const { path, document, journal, diagnostic, ...recorded } of this.all()) {
      const { line } = diagnostic.range.start;
      const isKnown = places.some((place) => place.path === path && place.line === line);
      if (recorded.folder.key !== folder.key || isKnown || places.length >= maxPlaces) continue;
      const text = journal.textOf(path) ?? '';
      const isInChange = changes.some(({ at, inserted, ...change }) => {
        const end = at + inserted.trimEnd().length;
        return change.path === path && at >= 0 && line >= lineNumber(text, at) && line <= lineNumber(text, end);
      });
      if (isInChange) return [];
      const start = offsetIn(text, diagnostic.range.start);
      places.push({ path, line, start, since: this.since, document, diagnostic });
    }
    return places;
  }

  private lookSoon(ms: number): void {
    clearTimeout(this.timer);
    const rest = restMs - (performance.now() - this.changedAt);
    this.timer = setTimeout(() => this.look(), Math.max(ms, rest));
  }

  private look(): void {
    this.isResting = true;
    const found = this.all().map(({ path, diagnostic }) => [path, diagnostic.range.start, diagnostic.message]);
    const told = found.length === 0 ? '' : JSON.stringify(found);
    if (told === this.told) return;
    this.told = told;
    this.deps.onFound();
  }

  private all(): (Recorded & { readonly diagnostic: vscode.Diagnostic })[] {
    return [...(this.before ?? [])].flatMap(([document, before]) => {
      const recorded = this.deps.journals.recordedOf(document);
      if (!recorded || !this.deps.isOn(recorded.folder, document.languageId)) return [];
      const now = errorsIn(document).map((diagnostic) => ({ ...nameOf(document, diagnostic), diagnostic }));
      const [unlike, left] = unmatched(now, before, ({ inLine }) => inLine);
      const [fresh] = unmatched(unlike, left, ({ code }) => code);
      return fresh.map(({ diagnostic }) => ({ ...recorded, diagnostic }));
    });
  }
}

function nameOf(document: vscode.TextDocument, { code, message, range: { start } }: vscode.Diagnostic): ErrorName {
  const name = String((typeof code === 'object' ? code.value : code) ?? message);
  // The server may know a longer text.
  const line = start.line < document.lineCount ? document.lineAt(start.line).text.trim() : '';
  return { code: name, inLine: JSON.stringify([name, message, line]) };
}

/** Those of two lists that have no partner of the same name in the other one. */
function unmatched<A extends B, B>(now: readonly A[], before: readonly B[], name: (one: B) => string): [A[], B[]] {
  const left = [...before];
  const fresh = now.filter((one) => {
    const at = left.findIndex((other) => name(other) === name(one));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [fresh, left];
}
