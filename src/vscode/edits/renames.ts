// Offers the rename of a declaration's references after another name was typed there. Then no language server finds
// the references of the old name any more, so they are asked for before: when the cursor rests in a declared name.
import type * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import { DeclaredName, type Reference } from '../../workspace/edits/declared-name.ts';
import type { ChangeKind, Edit, TextFile } from '../../workspace/edits/edit.ts';
import type { NextEdit } from '../../workspace/edits/next-edit.ts';
import { type FolderRef, folderOf, pathIn } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { EditSource, EditSourceDeps } from './edit-source.ts';
import { askServer } from './language-server.ts';

/** The cursor rests, ms. Shorter than the time from a double click to the first key. */
const restMs = 150;
/**
 * A server answers one question after the other, so that a slow answer makes the list of suggestions wait, too. The pause
 * after an answer grows with the square of its time: 0.1 s after 0.1 s, 10 s after 1 s.
 */
const pauseAfter = (tookMs: number) => Math.min(tookMs ** 2 / 100, 30_000);
const maxReferences = 200;
const maxFiles = 20;
/** Names that are followed. */
const maxNames = 4;
const word = /[\p{L}_$][\p{L}\p{M}\p{N}_$]*/u;
/** Stands for the new name. Begins like the old one: in some languages the first letter has a meaning. */
const placeholderOf = (name: string) => `${name}_renamed0`;

interface Followed {
  /** The folder's key. */
  readonly folder: string;
  readonly name: DeclaredName;
}

export class Renames extends DisposableStore implements EditSource {
  private readonly deps: EditSourceDeps;
  /** The last one asked for comes last. */
  private names: Followed[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isAsking = false;
  private pausedUntil = 0;
  /** Documents that were changed since the cursor moved in them: it moves with each key, too. */
  private readonly typedInto = new WeakSet<vscode.TextDocument>();

  constructor(deps: EditSourceDeps) {
    super();
    this.deps = deps;
    this.add(window.onDidChangeTextEditorSelection(({ textEditor }) => this.onMoved(textEditor)));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  changed(
    path: string,
    { document, contentChanges }: vscode.TextDocumentChangeEvent,
    _kind: ChangeKind,
    before: string,
  ): void {
    clearTimeout(this.timer);
    this.typedInto.add(document);
    const { key } = folderOf(document.uri);
    for (const { folder, name } of this.names) if (folder === key) name.changed(path, contentChanges, before);
  }

  edits(folder: FolderRef, documents: readonly TextFile[], edits: readonly Edit[]): NextEdit[] {
    const textOf = (path: string) => documents.find((file) => file.path === path)?.text;
    return this.names.flatMap((each) => (each.folder === folder.key ? each.name.edits(textOf, edits) : []));
  }

  private onMoved({ document }: vscode.TextEditor): void {
    clearTimeout(this.timer);
    if (!this.typedInto.delete(document)) this.askSoon(restMs);
  }

  private askSoon(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), Math.max(ms, this.pausedUntil - performance.now()));
  }

  /** Asks for the references of the name at the cursor, if it is declared there. */
  private async ask(): Promise<void> {
    if (this.isAsking) return this.askSoon(restMs);
    const editor = window.activeTextEditor;
    const recorded = editor && this.deps.journals.recordedOf(editor.document);
    if (!recorded || !this.deps.isOn(recorded.folder, editor.document.languageId)) return;
    const { document, selection } = editor;
    const range = document.getWordRangeAtPosition(selection.active, word);
    if (range === undefined || !range.contains(selection)) return;
    const { folder, path } = recorded;
    const declared = new DeclaredName(path, document.getText(range), range);
    const textOf = (asked: string) => recorded.journal.textOf(asked);
    const known = this.names.find((each) => each.folder === folder.key && each.name.isAt(path, range.start));
    const isRenamed = (each: Followed) =>
      each.folder === folder.key && each.name.edits(textOf, this.deps.journals.editsOf(folder)).length > 0;
    if (known && isRenamed(known)) return;
    const entry = { folder: folder.key, name: declared };
    // Of the others, only renames under way are kept.
    const others = this.names.filter((each) => each !== known && isRenamed(each));
    this.names = [...others, entry].slice(-maxNames);
    const begun = performance.now();
    this.isAsking = true;
    try {
      const references = await this.referencesAt(document, range, declared.name, folder);
      declared.found(references);
      if (references.length === 0) this.names = this.names.filter((each) => each !== entry);
      // The user was faster.
      else if (isRenamed(entry)) this.deps.onFound();
    } catch (error) {
      // Also what a server says of a name that it does not rename.
      this.deps.log.debug(`No references of a declaration: ${messageOf(error)}`);
      this.names = this.names.filter((each) => each !== entry);
    } finally {
      this.isAsking = false;
      const now = performance.now();
      this.pausedUntil = now + pauseAfter(now - begun);
    }
  }

  /** None if another place declares the name, or if the folder holds too many. */
  private async referencesAt(
    { uri }: vscode.TextDocument,
    range: vscode.Range,
    name: string,
    folder: FolderRef,
  ): Promise<Reference[]> {
    const definitions = await askServer<(vscode.Location | vscode.LocationLink)[]>(
      'vscode.executeDefinitionProvider',
      uri,
      range.start,
    );
    if (!definitions?.some((definition) => isDeclaredAt(definition, uri, range.start))) return [];
    const placeholder = placeholderOf(name);
    const rename = await askServer<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      uri,
      range.start,
      placeholder,
    );
    const files = rename?.entries() ?? [];
    if (files.length > maxFiles) return [];
    const references: Reference[] = [];
    for (const [file, edits] of files) {
      const path = pathIn(folder, file);
      const isOwn = folderOf(file).key === folder.key && (await this.deps.rules.of(folder, path)) !== 'off';
      for (const { range: place, newText } of edits) {
        const parts = newText.split(placeholder);
        // A server that replaces more than names, or has seen a later text.
        if (!place.isSingleLine || place.end.character - place.start.character !== name.length || parts.length !== 2)
          return [];
        const isDeclaration = file.toString() === uri.toString() && place.isEqual(range);
        const [prefix, suffix] = parts as [string, string];
        if (isOwn && !isDeclaration) references.push({ path, range: place, prefix, suffix });
      }
    }
    return references.length > maxReferences ? [] : references;
  }
}

function isDeclaredAt(
  definition: vscode.Location | vscode.LocationLink,
  uri: vscode.Uri,
  position: vscode.Position,
): boolean {
  const [file, range] =
    'targetUri' in definition
      ? [definition.targetUri, definition.targetSelectionRange ?? definition.targetRange]
      : [definition.uri, definition.range];
  return file.toString() === uri.toString() && range.contains(position);
}
