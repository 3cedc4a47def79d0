// The imports that an accepted suggestion needs: those that the language extension prefers, added in the suggestion's
// undo step. Only modules of the folder are added unseen; the fix for another one is offered as a next edit.
import * as vscode from 'vscode';
import { DisposableStore, Part } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { importedModules } from '../../text/imports.ts';
import { fromLineFeeds, toLineFeeds } from '../../text/lines.ts';
import type { InsertedSuggestion } from '../completion/provider.ts';
import { placeOf } from '../editor/folder-of-document.ts';
import { window } from '../editor/window.ts';
import type { Documents } from '../folder/documents.ts';
import { type PreferredFix, preferredFix } from './preferred-fix.ts';

/** A language server that finds an error later is not waited for, ms. */
const maxWaitMs = 10_000;
/** Imports of one suggestion. */
const maxImports = 5;

export interface AddImportsDeps {
  readonly documents: Pick<Documents, 'listen'>;
  readonly log: Log;
  /** Runs an edit that the user has not written. */
  readonly asTool: (edit: () => Thenable<boolean>) => Promise<boolean>;
  /** Whether a module is a file of the folder, or a package that its manifest lists. */
  readonly isKnown: (root: string, path: string, module: string, languageId: string) => Promise<boolean>;
}

export class AddImports extends Part<AddImportsDeps> {
  private watch: DisposableStore | undefined;

  constructor(deps: AddImportsDeps) {
    super(deps);
    this.add({ dispose: () => this.watch?.dispose() });
  }

  /**
   * Adds imports as the language extension reports what is missing, until the document is changed by something else.
   */
  accepted({ document, start, text }: InsertedSuggestion): void {
    this.watch?.dispose();
    this.watch = undefined;
    const { root } = placeOf(document.uri).folder;
    const from = document.offsetAt(start);
    if (root === undefined || document.uri.scheme !== 'file' || !vscode.workspace.isTrusted) return;
    if (!document.getText().startsWith(text, from)) return;
    const watch = new DisposableStore();
    this.watch = watch;
    const timer = setTimeout(() => watch.dispose(), maxWaitMs);
    watch.add({ dispose: () => clearTimeout(timer) });
    const search = new ImportSearch(
      { ...this.deps, document, root, isOver: () => watch.isDisposed },
      from,
      text.length,
    );
    watch.add(
      this.deps.documents.listen({
        changed: ({ shown }, event) => {
          if (shown === document && event?.contentChanges.length !== 0 && !search.isApplying) watch.dispose();
        },
      }),
    );
    const run = () => void search.run().then((isDone) => isDone && watch.dispose());
    watch.add(
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        if (uris.some((uri) => uri.toString() === document.uri.toString())) run();
      }),
    );
    run();
  }
}

interface SearchDeps extends AddImportsDeps {
  readonly document: vscode.TextDocument;
  readonly root: string;
  readonly isOver: () => boolean;
}

/** The imports of one suggestion. */
class ImportSearch {
  isApplying = false;
  private readonly deps: SearchDeps;
  /** The suggestion in the document, UTF-16 units with the document's line ends. */
  private from: number;
  private readonly length: number;
  private added = 0;
  /** At most one search runs; diagnostics that come meanwhile are looked at behind it. */
  private isRunning = false;
  private isNews = false;

  constructor(deps: SearchDeps, from: number, length: number) {
    this.deps = deps;
    this.from = from;
    this.length = length;
  }

  /** Adds what can be added now. Resolves to whether nothing more may come. Never rejects. */
  async run(): Promise<boolean> {
    this.isNews = true;
    if (this.isRunning) return false;
    this.isRunning = true;
    while (this.isNews && this.added < maxImports && !this.deps.isOver()) {
      this.isNews = false;
      try {
        if (await this.addOne()) this.added++;
      } catch (error) {
        this.deps.log.debug(`No import: ${messageOf(error)}`);
      }
    }
    this.isRunning = false;
    return this.added >= maxImports;
  }

  private async addOne(): Promise<boolean> {
    const { document, isOver } = this.deps;
    const { version } = document;
    for (const diagnostic of this.problems()) {
      const fix = await preferredFix(document, diagnostic);
      if (isOver() || document.version !== version) return false;
      if (fix === undefined || !(await this.isOwnImport(fix))) continue;
      if (isOver() || document.version !== version) return false;
      return this.apply(fix);
    }
    return false;
  }

  /** What the language extension finds wrong in the suggestion. Pylance reports a missing name as a warning. */
  private problems(): vscode.Diagnostic[] {
    const { document } = this.deps;
    const end = document.positionAt(this.from + this.length);
    const range = new vscode.Range(document.positionAt(this.from), end);
    return vscode.languages
      .getDiagnostics(document.uri)
      .filter((problem) => problem.severity <= vscode.DiagnosticSeverity.Warning && range.contains(problem.range))
      .slice(0, maxImports);
  }

  private async apply({ range: { start }, replacement }: PreferredFix): Promise<boolean> {
    const { document, asTool } = this.deps;
    const editor = window.visibleTextEditors.find((shown) => shown.document === document);
    if (editor === undefined) return false;
    const text = fromLineFeeds(replacement, document.eol === vscode.EndOfLine.CRLF);
    const isAbove = document.offsetAt(start) <= this.from;
    let isDone = false;
    this.isApplying = true;
    try {
      const undo = { undoStopBefore: false, undoStopAfter: false };
      isDone = await asTool(() => editor.edit((builder) => builder.insert(start, text), undo));
    } finally {
      this.isApplying = false;
    }
    if (isDone && isAbove) this.from += text.length;
    return isDone;
  }

  /** Whether the fix only inserts import statements of modules that are the folder's own. */
  private async isOwnImport({ range: { start }, removed, replacement }: PreferredFix): Promise<boolean> {
    const { document, root, isKnown } = this.deps;
    if (removed !== '') return false;
    const before = toLineFeeds(document.getText(new vscode.Range(new vscode.Position(0, 0), start)));
    const after = toLineFeeds(document.getText()).slice(before.length);
    const end = before.length + replacement.length;
    const modules = importedModules(before + replacement + after, before.length, end, document.languageId) ?? [];
    const { path } = placeOf(document.uri);
    for (const module of modules) if (!(await isKnown(root, path, module, document.languageId))) return false;
    return modules.length > 0;
  }
}
