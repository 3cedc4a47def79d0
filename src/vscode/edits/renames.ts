// Offers the rename of a declaration's references after another name was typed there. Then no language server finds
// the references of the old name any more, so they are asked for before, when the cursor rests in a declared name.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import { DeclaredName, type Reference } from '../../edits/declared-name.ts';
import type { EditSource, Present } from '../../edits/editor.ts';
import type { NextEdit } from '../../edits/history/edit.ts';
import type { RecordedChange } from '../../edits/history/journal.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { isCell, placeOf } from '../editor/folder-of-document.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import { askServer, type SourceDeps } from './language-server.ts';
import { offsetIn, spanIn } from './places.ts';

/** The cursor rests, ms. Shorter than the time from a double click to the first key. */
const restMs = 150;
/**
 * A server answers one question after the other, so that a slow answer makes the list of suggestions wait, too. The
 * pause after an answer grows with the square of its time: 0.1 s after 0.1 s, 10 s after 1 s.
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

export class Renames extends Part<SourceDeps> implements EditSource<FolderRef> {
  /** The last one asked for comes last. */
  private names: Followed[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isAsking = false;
  private pausedUntil = 0;
  /** Documents that were changed since the cursor moved in them: it moves with each key, too. */
  private readonly typedInto = new WeakSet<vscode.TextDocument>();

  constructor(deps: SourceDeps) {
    super(deps);
    this.add(window.onDidChangeTextEditorSelection(({ textEditor }) => this.onMoved(textEditor)));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  changed(document: vscode.TextDocument, path: string, change: RecordedChange): void {
    clearTimeout(this.timer);
    this.typedInto.add(document);
    const { key } = placeOf(document.uri).folder;
    for (const { folder, name } of this.names) if (folder === key) name.changed(path, change);
  }

  edits({ folder, documents, edits }: Present<FolderRef>): NextEdit[] {
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
    if (!recorded || isCell(editor.document.uri)) return;
    if (!this.deps.isOn(recorded.folder, editor.document.languageId)) return;
    const { document, selection } = editor;
    const { folder, path, journal } = recorded;
    const text = journal.textOf(path) ?? '';
    const range = document.getWordRangeAtPosition(selection.active, word);
    if (range === undefined || !range.contains(selection)) return;
    const declared = new DeclaredName(path, document.getText(range), spanIn(text, range));
    const textOf = (asked: string) => journal.textOf(asked);
    const known = this.names.find(
      (each) => each.folder === folder.key && each.name.isAt(path, offsetIn(text, range.start)),
    );
    const isRenamed = (each: Followed) =>
      each.folder === folder.key && each.name.edits(textOf, this.deps.journals.editsOf(folder)).length > 0;
    if (known && isRenamed(known)) return;
    const entry = { folder: folder.key, name: declared };
    // Of the others, only renames under way are kept.
    const others = this.names.filter((each) => each !== known && isRenamed(each));
    this.names = [...others, entry].slice(-maxNames);
    return this.follow(entry, () => this.referencesAt(document, text, range, declared.name, folder));
  }

  /** Keeps a name while its references are asked for, and if there are some. */
  private async follow(entry: Followed, find: () => Promise<Reference[]>): Promise<void> {
    const begun = performance.now();
    this.isAsking = true;
    entry.name.asked();
    try {
      const references = await find();
      entry.name.found(references);
      const others = this.names.filter((each) => each !== entry);
      this.names = references.length === 0 ? others : [...others, entry].slice(-maxNames);
      // The user may have typed another name already.
      if (references.length > 0) this.deps.onFound();
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
    asked: string,
    range: vscode.Range,
    name: string,
    folder: FolderRef,
  ): Promise<Reference[]> {
    const definitions = await definitionsAt(uri, range.start);
    if (!definitions.some((definition) => isDeclaredAt(definition, uri, range.start))) return [];
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
      const place = placeOf(file);
      const { path } = place;
      const isOwn = place.folder.key === folder.key && (await this.deps.documents.ruleOf(place)) !== 'off';
      const isAsked = file.toString() === uri.toString();
      const text = isAsked ? asked : isOwn ? await this.textOf(file) : undefined;
      for (const { range: at, newText } of edits) {
        const parts = newText.split(placeholder);
        // A server that replaces more than names, or has seen a later text.
        if (!at.isSingleLine || at.end.character - at.start.character !== name.length || parts.length !== 2) return [];
        const isDeclaration = isAsked && at.isEqual(range);
        const [prefix, suffix] = parts as [string, string];
        if (isOwn && text !== undefined && !isDeclaration)
          references.push({ path, ...spanIn(text, at), line: at.start.line, prefix, suffix });
      }
    }
    return references.length > maxReferences ? [] : references;
  }

  /** Undefined: the file cannot be read. */
  private async textOf(uri: vscode.Uri): Promise<string | undefined> {
    const recorded = this.deps.journals.at(uri);
    if (recorded) return recorded.journal.textOf(recorded.path);
    const bytes = await vscode.workspace.fs.readFile(uri).then(undefined, () => undefined);
    return bytes && toLineFeeds(new TextDecoder().decode(bytes));
  }
}

type Definition = vscode.Location | vscode.LocationLink;

async function definitionsAt(uri: vscode.Uri, position: vscode.Position): Promise<Definition[]> {
  return (await askServer<Definition[]>('vscode.executeDefinitionProvider', uri, position)) ?? [];
}

function isDeclaredAt(definition: Definition, uri: vscode.Uri, position: vscode.Position): boolean {
  const [file, range] =
    'targetUri' in definition
      ? [definition.targetUri, definition.targetSelectionRange ?? definition.targetRange]
      : [definition.uri, definition.range];
  return file.toString() === uri.toString() && range.contains(position);
}
