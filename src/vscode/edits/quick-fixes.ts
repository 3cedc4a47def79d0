// Offers the fix that a language server prefers for an error near the cursor, such as a missing import. Asked for when
// the user rests after typing.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { EditSource, Present } from '../../edits/editor.ts';
import { type ChangeKind, type NextEdit, nextEdit } from '../../edits/history/edit.ts';
import { leastOfEdit } from '../../routing/limits.ts';
import { toLineFeeds } from '../../text/lines.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import { errorsIn, isRecentIn, type SourceDeps } from './language-server.ts';
import { spanIn } from './places.ts';
import { preferredFix } from './preferred-fix.ts';

/** Pause in typing, ms; and after new diagnostics, which come one after another. */
const restMs = 500;
const settledMs = 150;
/** Distance of an error from the cursor, lines. */
const maxDistance = 5;
const maxErrors = 3;
/** How many of how many fixes are right before the user has judged one: an assumption, nobody has measured it. */
const assumed = { taken: 4, judged: 5 };

interface Found {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly folder: FolderRef;
  readonly edit: NextEdit;
}

export class QuickFixes extends Part<SourceDeps> implements EditSource<FolderRef> {
  /** The document that was typed into last. `isWhole`: by a text, such as a suggestion, rather than by a key. */
  private typed: { readonly document: vscode.TextDocument; readonly at: number; readonly isWhole: boolean } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isAsking = false;
  private found: Found | undefined;
  private readonly fixes = { ...assumed };

  constructor(deps: SourceDeps) {
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
    this.found = undefined;
    const isWhole = contentChanges.some(({ text }) => text.trim().length > 1);
    if (kind === 'typed') this.typed = { document, at: performance.now(), isWhole };
    // An import that was added for a suggestion may not be the only one that it needs.
    else if (kind !== 'tool') this.typed = undefined;
    if (this.typed) this.askSoon(restMs);
  }

  edits({ folder: { key } }: Present<FolderRef>): NextEdit[] {
    const { found } = this;
    const isHere = found?.folder.key === key && found.document.version === found.version;
    return isHere ? [{ ...found.edit, probability: this.fixes.taken / this.fixes.judged }] : [];
  }

  judged({ origin }: NextEdit, isTaken: boolean): void {
    if (origin.kind !== 'fix') return;
    this.fixes.judged++;
    if (isTaken) this.fixes.taken++;
  }

  private askSoon(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), ms);
  }

  private async ask(): Promise<void> {
    if (this.isAsking) return this.askSoon(restMs);
    const editor = window.activeTextEditor;
    const recorded = editor && this.deps.journals.recordedOf(editor.document);
    if (!recorded || editor.document !== this.typed?.document) return;
    const { document, selection } = editor;
    const { folder, path } = recorded;
    if (!this.deps.isOn(folder, document.languageId)) return;
    const { version } = document;
    this.isAsking = true;
    try {
      for (const diagnostic of errorsNear(document, selection.active, this.typed.isWhole)) {
        const edit = await fixOf(document, path, diagnostic);
        if (this.isDisposed || document.version !== version) return;
        if (edit === undefined) continue;
        const isKnown = this.found?.edit.rule === edit.rule;
        this.found = { document, version, folder, edit };
        if (!isKnown) this.deps.onFound();
        return;
      }
      if (this.found === undefined) return;
      this.found = undefined;
      this.deps.onFound();
    } catch (error) {
      this.deps.log.debug(`No quick fix: ${messageOf(error)}`);
    } finally {
      this.isAsking = false;
    }
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
      rule: JSON.stringify(['fix', path, title, diagnostic.message]),
      learnedFrom: [],
      left: 1,
      // Of what is known when it is offered.
      probability: 0,
      least: leastOfEdit({ kind: 'server' }),
    },
  );
}
