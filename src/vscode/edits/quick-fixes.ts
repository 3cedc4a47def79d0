// Offers the fix that a language server prefers for an error near the cursor, such as a missing import. Asked for when
// the user rests after typing.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { ChangeKind, NextEdit } from '../../edits/history/edit.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { EditSource, EditSourceDeps } from './edit-source.ts';
import { errorsIn, maxErrorAge } from './language-server.ts';
import { preferredFix } from './preferred-fix.ts';

/** Pause in typing, ms; and after new diagnostics, which come one after another. */
const restMs = 500;
const settledMs = 150;
/** Distance of an error from the cursor, lines. */
const maxDistance = 5;
const maxErrors = 3;
/** How many of how many fixes are right before the user has judged one: an assumption, nobody has measured it. */
const assumed = { taken: 4, judged: 5 };

type Fix = Omit<NextEdit, 'probability'>;

interface Found {
  readonly document: vscode.TextDocument;
  readonly version: number;
  /** The folder's key. */
  readonly folder: string;
  readonly edit: Fix;
}

export class QuickFixes extends Part<EditSourceDeps> implements EditSource {
  /** The document that was typed into last. `isWhole`: by a text, such as a suggestion, rather than by a key. */
  private typed: { readonly document: vscode.TextDocument; readonly at: number; readonly isWhole: boolean } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isAsking = false;
  private found: Found | undefined;
  private readonly fixes = { ...assumed };

  constructor(deps: EditSourceDeps) {
    super(deps);
    this.add(vscode.languages.onDidChangeDiagnostics(({ uris }) => this.onDiagnostics(uris)));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  changed(_path: string, event: vscode.TextDocumentChangeEvent, kind: ChangeKind): void {
    const { document, contentChanges } = event;
    clearTimeout(this.timer);
    this.found = undefined;
    const isWhole = contentChanges.some(({ text }) => text.trim().length > 1);
    if (kind === 'typed') this.typed = { document, at: performance.now(), isWhole };
    // An import that was added for a suggestion may not be the only one that it needs.
    else if (kind !== 'tool') this.typed = undefined;
    if (this.typed) this.askSoon(restMs);
  }

  edits({ key }: FolderRef): NextEdit[] {
    const { found } = this;
    const isHere = found?.folder === key && found.document.version === found.version;
    return isHere ? [{ ...found.edit, probability: this.fixes.taken / this.fixes.judged }] : [];
  }

  judged(_folder: FolderRef, { origin }: NextEdit, isTaken: boolean): void {
    if (origin?.kind !== 'fix') return;
    this.fixes.judged++;
    if (isTaken) this.fixes.taken++;
  }

  private onDiagnostics(uris: readonly vscode.Uri[]): void {
    const { typed } = this;
    if (!typed || !uris.some((uri) => uri.toString() === typed.document.uri.toString())) return;
    const age = performance.now() - typed.at;
    if (age < maxErrorAge) this.askSoon(Math.max(settledMs, restMs - age));
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
        this.found = { document, version, folder: folder.key, edit };
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
): Promise<Fix | undefined> {
  const fix = await preferredFix(document, diagnostic);
  if (fix === undefined) return undefined;
  const { title, ...change } = fix;
  const name = JSON.stringify(['fix', path, title, diagnostic.message]);
  return {
    path,
    ...change,
    rule: name,
    place: name,
    origin: { kind: 'fix', title },
    learnedFrom: [],
    left: 1,
  };
}
