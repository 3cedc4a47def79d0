// Offers the fix that a language server prefers for an error near the cursor, such as a missing import, or for a new one
// elsewhere. Asked for when the user rests after typing.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { EditSource, Present } from '../../edits/editor.ts';
import { type ChangeKind, type NextEdit, nextEdit } from '../../edits/history/edit.ts';
import { leastOfEdit } from '../../routing/limits.ts';
import { toLineFeeds } from '../../text/lines.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { Recorded } from './edit-journals.ts';
import { errorsIn, isRecentIn, type SourceDeps } from './language-server.ts';
import type { NewError, NewErrors } from './new-errors.ts';
import { spanIn } from './places.ts';
import { preferredFix } from './preferred-fix.ts';

/** Pause in typing, ms; and after new diagnostics, which come one after another. */
const restMs = 500;
const settledMs = 150;
/** Distance of an error from the cursor, lines. */
const maxDistance = 5;
const maxErrors = 3;
/** New errors elsewhere for which a fix is asked: the server answers one question after the other. */
const maxElsewhere = 4;
/** How many of how many fixes are right before the user has judged one: an assumption, nobody has measured it. */
const assumed = { taken: 4, judged: 5 };

interface Found {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly folder: FolderRef;
  readonly edit: NextEdit;
}

interface QuickFixesDeps extends SourceDeps {
  readonly newErrors: NewErrors;
}

interface WrongPlace {
  readonly document: vscode.TextDocument;
  readonly path: string;
  readonly diagnostic: vscode.Diagnostic;
}

export class QuickFixes extends Part<QuickFixesDeps> implements EditSource<FolderRef> {
  /** The document that was typed into last. `isWhole`: by a text, such as a suggestion, rather than by a key. */
  private typed: { readonly document: vscode.TextDocument; readonly at: number; readonly isWhole: boolean } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isAsking = false;
  /** The nearest error's first. */
  private found: readonly Found[] = [];
  private readonly fixes = { ...assumed };
  /** The fix that was taken last, and how many new errors there were; and the rules of those that have brought others. */
  private taken: { readonly rule: string; readonly errors: number } | undefined;
  private readonly spoilt = new Set<string>();

  constructor(deps: QuickFixesDeps) {
    super(deps);
    this.add(
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        const { typed } = this;
        if (isRecentIn(uris, typed)) this.askSoon(Math.max(settledMs, restMs - (performance.now() - typed.at)));
      }),
    );
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  changed({ document, contentChanges }: vscode.TextDocumentChangeEvent, kind: ChangeKind): void {
    clearTimeout(this.timer);
    this.found = [];
    this.taken = undefined;
    const isWhole = contentChanges.some(({ text }) => text.trim().length > 1);
    if (kind === 'typed') this.typed = { document, at: performance.now(), isWhole };
    // An import that was added for a suggestion may not be the only one that it needs.
    else if (kind !== 'tool') this.typed = undefined;
    if (this.typed) this.askSoon(restMs);
  }

  edits({ folder: { key } }: Present<FolderRef>): NextEdit[] {
    return this.found
      .filter(({ folder, document, version }) => folder.key === key && document.version === version)
      .map(({ edit }) => ({ ...edit, probability: this.fixes.taken / this.fixes.judged }));
  }

  judged({ origin, rule }: NextEdit, isTaken: boolean): void {
    if (origin.kind !== 'fix') return;
    if (isTaken) this.taken = { rule, errors: this.deps.newErrors.count };
    this.fixes.judged++;
    if (isTaken) this.fixes.taken++;
  }

  /** @param ms after other diagnostics: at once */
  askSoon(ms = 0): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), ms);
  }

  private async ask(): Promise<void> {
    if (this.isAsking) return this.askSoon(restMs);
    const editor = window.activeTextEditor;
    const recorded = editor && this.deps.journals.recordedOf(editor.document);
    if (!recorded || !this.deps.isOn(recorded.folder, editor.document.languageId)) return;
    const { version } = editor.document;
    if (this.taken && this.deps.newErrors.count > this.taken.errors) this.spoilt.add(this.taken.rule);
    this.isAsking = true;
    try {
      const found: Found[] = [];
      for (const { document, path, diagnostic } of this.wrongPlaces(editor, recorded)) {
        const edit = await fixOf(document, path, diagnostic);
        if (this.isDisposed || editor.document.version !== version) return;
        if (edit === undefined || this.spoilt.has(edit.rule)) continue;
        if (found.some((other) => other.edit.place === edit.place)) continue;
        found.push({ document, version: document.version, folder: recorded.folder, edit });
      }
      const isKnown = found.map(({ edit }) => edit.place).join() === this.found.map(({ edit }) => edit.place).join();
      this.found = found;
      if (!isKnown) this.deps.onFound();
    } catch (error) {
      this.deps.log.debug(`No quick fix: ${messageOf(error)}`);
    } finally {
      this.isAsking = false;
    }
  }

  /** The errors near the cursor, if the user has typed there, and the nearest new ones. */
  private wrongPlaces(
    { document, selection: { active } }: vscode.TextEditor,
    { path, folder }: Recorded,
  ): WrongPlace[] {
    const { typed } = this;
    const near = typed?.document === document ? errorsNear(document, active, typed.isWhole) : [];
    const distance = (error: NewError) => Math.abs(error.line - active.line);
    const elsewhere = this.deps.newErrors
      .places(folder)
      .filter((error) => error.path !== path || !near.some(({ range }) => range.start.line === error.line))
      .sort((a, b) => Number(b.path === path) - Number(a.path === path) || distance(a) - distance(b));
    return [...near.map((diagnostic) => ({ document, path, diagnostic })), ...elsewhere.slice(0, maxElsewhere)];
  }
}

/** Nearest first. Errors at the cursor may be about a word that is still being typed. @param isWhole it is not */
function errorsNear(document: vscode.TextDocument, cursor: vscode.Position, isWhole: boolean): vscode.Diagnostic[] {
  const distance = ({ range }: vscode.Diagnostic) => Math.abs(range.start.line - cursor.line);
  return errorsIn(document)
    .filter((diagnostic) => distance(diagnostic) <= maxDistance && (isWhole || !diagnostic.range.contains(cursor)))
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, maxErrors);
}

async function fixOf(
  document: vscode.TextDocument,
  path: string,
  diagnostic: vscode.Diagnostic,
): Promise<NextEdit | undefined> {
  const fix = await preferredFix(document, diagnostic);
  if (fix === undefined) return undefined;
  const { title, range, replacement } = fix;
  const text = toLineFeeds(document.getText());
  return nextEdit(
    { path, text },
    { ...spanIn(text, range), text: replacement },
    {
      origin: { kind: 'fix', title },
      // In another file the same fix may name another path.
      rule: JSON.stringify(['fix', title.replace(/(["'`]).*\1/, ''), diagnostic.message]),
      learnedFrom: [],
      left: 1,
      // Of what is known when it is offered.
      probability: 0,
      least: leastOfEdit({ kind: 'server' }),
    },
  );
}
