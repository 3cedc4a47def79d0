// A `vscode` module with one folder, documents in memory, an editor with a cursor, and the keys of a user. Loaded in
// place of the real one; import it before what imports `vscode`.
import { l10n, loadAsVscode } from '../support/fake-vscode.ts';

type Listener<T> = (event: T) => unknown;

class EventEmitter<T> {
  private readonly listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(event: T): void {
    for (const listener of [...this.listeners]) listener(event);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

class Position {
  readonly line: number;
  readonly character: number;
  constructor(line: number, character: number) {
    this.line = line;
    this.character = character;
  }
  with(_line: undefined, character: number): Position {
    return new Position(this.line, character);
  }
  translate(_lines: number, characters: number): Position {
    return new Position(this.line, this.character + characters);
  }
  isAfter(other: Position): boolean {
    return this.line > other.line || (this.line === other.line && this.character > other.character);
  }
}

class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(a: number | Position, b: number | Position, c?: number, d?: number) {
    this.start = typeof a === 'number' ? new Position(a, b as number) : a;
    this.end = typeof a === 'number' ? new Position(c as number, d as number) : (b as Position);
  }
  get isEmpty(): boolean {
    return this.isSingleLine && this.start.character === this.end.character;
  }
  get isSingleLine(): boolean {
    return this.start.line === this.end.line;
  }
  contains(other: Position | Range): boolean {
    const [start, end] = other instanceof Range ? [other.start, other.end] : [other, other];
    const isBefore = (a: Position, b: Position) => a.line < b.line || (a.line === b.line && a.character <= b.character);
    return isBefore(this.start, start) && isBefore(end, this.end);
  }
  isEqual(other: Range): boolean {
    return this.contains(other) && other.contains(this);
  }
}

class Selection extends Range {
  get active(): Position {
    return this.end;
  }
}

class Uri {
  readonly scheme: string;
  readonly path: string;
  constructor(scheme: string, path: string) {
    this.scheme = scheme;
    this.path = path;
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return new Uri(base.scheme, [base.path, ...parts].join('/'));
  }
  static from({ scheme, path }: { readonly scheme: string; readonly path: string }): Uri {
    return new Uri(scheme, path);
  }
  with({ scheme = this.scheme, path = this.path }: Partial<Pick<Uri, 'scheme' | 'path'>>): Uri {
    return new Uri(scheme, path);
  }
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}://${this.path}`;
  }
}

interface EditMetadata {
  readonly needsConfirmation: boolean;
  readonly label: string;
}

class WorkspaceEdit {
  readonly edits: {
    readonly uri: Uri;
    readonly range: Range;
    readonly text: string;
    readonly metadata: EditMetadata | undefined;
  }[] = [];
  /** Whether the editor shows its preview. There, edits that need no confirmation are ticked. */
  isPreviewed = false;
  replace(uri: Uri, range: Range, text: string, metadata?: EditMetadata): void {
    this.edits.push({ uri, range, text, metadata });
    this.isPreviewed ||= metadata?.needsConfirmation ?? false;
  }
  createFile(_uri: Uri, _options: { readonly ignoreIfExists: true }, { needsConfirmation }: EditMetadata): void {
    this.isPreviewed ||= needsConfirmation;
  }
  entries(): [Uri, { readonly range: Range; readonly newText: string }[]][] {
    const uris = new Map(this.edits.map(({ uri }) => [uri.toString(), uri]));
    const editsOf = (key: string) => this.edits.filter(({ uri }) => uri.toString() === key);
    return [...uris].map(([key, uri]) => [uri, editsOf(key).map(({ range, text }) => ({ range, newText: text }))]);
  }
}

class Location {
  readonly uri: Uri;
  readonly range: Range;
  constructor(uri: Uri, range: Range) {
    this.uri = uri;
    this.range = range;
  }
}

interface Change {
  readonly range: Range;
  readonly text: string;
}

interface ChangeEvent {
  readonly document: Document;
  readonly contentChanges: readonly (Change & { readonly rangeLength: number })[];
  readonly reason: number | undefined;
}

class Document {
  readonly languageId = 'typescript';
  readonly eol = 1;
  readonly isClosed = false;
  readonly uri: Uri;
  isDirty = false;
  version = 1;
  private text: string;
  private saved: string;
  /** Earlier texts: one for each undo step. */
  private readonly past: string[] = [];

  constructor(uri: Uri, text: string) {
    this.uri = uri;
    this.text = text;
    this.saved = text;
  }

  get lineCount(): number {
    return this.text.split('\n').length;
  }

  getText(range?: Range): string {
    return range ? this.text.slice(this.offsetAt(range.start), this.offsetAt(range.end)) : this.text;
  }

  lineAt(line: number): { readonly text: string; readonly range: Range } {
    const text = this.text.split('\n')[line] as string;
    return { text, range: new Range(line, 0, line, text.length) };
  }

  offsetAt({ line, character }: Position): number {
    const before = this.text.split('\n').slice(0, line);
    return before.reduce((sum, text) => sum + text.length + 1, 0) + character;
  }

  positionAt(offset: number): Position {
    const lines = this.text.slice(0, offset).split('\n');
    return new Position(lines.length - 1, (lines.at(-1) as string).length);
  }

  getWordRangeAtPosition({ line, character }: Position, word: RegExp): Range | undefined {
    const words = [...this.lineAt(line).text.matchAll(new RegExp(word, 'gu'))];
    const found = words.find(({ index, 0: text }) => index <= character && character <= index + text.length);
    return found && new Range(line, found.index, line, found.index + found[0].length);
  }

  /** One event, and one undo step unless it belongs to the last one. */
  change(
    changes: readonly Change[],
    how: { readonly reason?: number; readonly isOutside?: boolean; readonly isSameStep?: boolean } = {},
  ): void {
    if (!how.isSameStep) this.past.push(this.text);
    const lengthOf = ({ start, end }: Range) => this.offsetAt(end) - this.offsetAt(start);
    const sorted = [...changes]
      .sort((a, b) => this.offsetAt(b.range.start) - this.offsetAt(a.range.start))
      .map((change) => ({ ...change, rangeLength: lengthOf(change.range) }));
    let text = this.text;
    for (const { range, text: inserted } of sorted)
      text = text.slice(0, this.offsetAt(range.start)) + inserted + text.slice(this.offsetAt(range.end));
    this.text = text;
    this.version++;
    // As the editor does: the first change is reported before the document is reported as unsaved.
    if (how.isOutside) this.isDirty = false;
    events.changed.fire({ document: this, contentChanges: sorted, reason: how.reason });
    if (how.isOutside || this.isDirty) return;
    this.isDirty = true;
    events.changed.fire({ document: this, contentChanges: [], reason: undefined });
  }

  undo(): void {
    this.replaceAll(this.past.pop() as string, 1);
    if (this.text === this.saved) this.becomeClean();
  }

  save(): void {
    this.saved = this.text;
    this.becomeClean();
    events.saved.fire(this);
  }

  /** As the editor does: the text changes while the document is still reported as unsaved. */
  revert(): void {
    this.replaceAll(this.saved);
    this.becomeClean();
  }

  private replaceAll(text: string, reason?: number): void {
    const range = new Range(new Position(0, 0), this.positionAt(this.text.length));
    this.change([{ range, text }], { ...(reason !== undefined && { reason }) });
    this.past.pop();
  }

  private becomeClean(): void {
    this.isDirty = false;
    events.changed.fire({ document: this, contentChanges: [], reason: undefined });
  }
}

interface Drawn {
  readonly contentText: string;
}

class Editor {
  readonly document: Document;
  readonly viewColumn = 1;
  private cursor = new Selection(0, 0, 0, 0);
  visibleRanges = [new Range(0, 0, 50, 0)];
  /** Decoration type → what is drawn with it. */
  readonly decorations = new Map<
    object,
    readonly { readonly range: Range; readonly renderOptions?: Partial<Record<'before' | 'after', Drawn>> }[]
  >();

  constructor(document: Document) {
    this.document = document;
  }

  get selection(): Selection {
    return this.cursor;
  }

  set selection(selection: Selection) {
    this.cursor = selection;
    events.moved.fire({ textEditor: this });
  }

  get selections(): Selection[] {
    return [this.cursor];
  }

  setDecorations(type: object, drawn: never[]): void {
    this.decorations.set(type, drawn);
  }

  revealRange(): void {}

  async edit(
    build: (builder: {
      replace(range: Range, text: string): void;
      insert(position: Position, text: string): void;
    }) => void,
    { undoStopBefore = true }: { readonly undoStopBefore?: boolean } = {},
  ): Promise<boolean> {
    const changes: Change[] = [];
    build({
      replace: (range, text) => changes.push({ range, text }),
      insert: (position, text) => changes.push({ range: new Range(position, position), text }),
    });
    this.document.change(changes, { isSameStep: !undoStopBefore });
    return true;
  }
}

const events = {
  opened: new EventEmitter<Document>(),
  changed: new EventEmitter<ChangeEvent>(),
  closed: new EventEmitter<Document>(),
  saved: new EventEmitter<Document>(),
  trusted: new EventEmitter<void>(),
  moved: new EventEmitter<{ readonly textEditor: Editor }>(),
  scrolled: new EventEmitter<{ readonly textEditor: Editor }>(),
  activated: new EventEmitter<Editor | undefined>(),
  head: new EventEmitter<Uri>(),
  diagnostics: new EventEmitter<{ readonly uris: readonly Uri[] }>(),
};

const folder = { uri: new Uri('file', '/work'), name: 'work', index: 0 };
const documents = new Map<string, Document>();
/** Files that are not open, by their URI. */
const files = new Map<string, Document>();
const reported = new Map<string, readonly object[]>();
const editors = new Map<Document, Editor>();
let active: Editor | undefined;
const status: { text: string; visible: boolean; accessibilityInformation?: { label: string; role: string } } = {
  text: '',
  visible: false,
};

async function showTextDocument(document: Document): Promise<Editor> {
  const editor = editors.get(document) ?? new Editor(document);
  editors.set(document, editor);
  active = editor;
  events.activated.fire(editor);
  return editor;
}

/** What tests do and read. */
const textIn = (options: Partial<Record<'before' | 'after', Drawn>> | undefined): string | undefined =>
  (options?.before ?? options?.after)?.contentText;

export const desk = {
  isTrusted: true,
  /** The refactorings that the user was asked to confirm. */
  confirmed: [] as WorkspaceEdit[],
  /** The messages with buttons that were shown, and the button that is pressed in each. */
  questions: [] as string[],
  answer: undefined as string | undefined,
  /** What happens while a message is shown. */
  onQuestion(): unknown {
    return undefined;
  },
  /** Whether the user discards a refactoring's preview. The preview takes the focus. */
  isDiscarding: false,
  status,
  get active(): Editor {
    return active as Editor;
  },
  async open(path: string, text: string): Promise<Editor> {
    const uri = path.startsWith('/') ? new Uri('file', path) : Uri.joinPath(folder.uri, path);
    const document = new Document(uri, text);
    documents.set(document.uri.toString(), document);
    events.opened.fire(document);
    return showTextDocument(document);
  },
  /** A file that is not open. */
  write(path: string, text: string): void {
    const uri = Uri.joinPath(folder.uri, path);
    files.set(uri.toString(), new Document(uri, text));
  },
  show: showTextDocument,
  /** Types over the nth occurrence of a text, letter by letter. */
  retype(editor: Editor, old: string, text: string, nth = 0): void {
    const { document } = editor;
    let at = document.getText().indexOf(old);
    for (let i = 0; i < nth; i++) at = document.getText().indexOf(old, at + 1);
    let range = new Range(document.positionAt(at), document.positionAt(at + old.length));
    for (const [i, letter] of [...text].entries()) {
      document.change([{ range, text: letter }]);
      const end = document.positionAt(at + i + 1);
      editor.selection = new Selection(end, end);
      range = new Range(end, end);
    }
  },
  /** The editor's settings that are not at their default. */
  settings: new Map<string, unknown>(),
  /** Answers of language servers, by the command that asks for them. */
  servers: new Map<string, (...args: never[]) => unknown>(),
  /** Reports what a language server finds in a document. */
  report(document: Document, diagnostics: readonly { readonly range: Range; readonly message: string }[]): void {
    reported.set(
      document.uri.toString(),
      diagnostics.map((diagnostic) => ({ severity: 0, ...diagnostic })),
    );
    events.diagnostics.fire({ uris: [document.uri] });
  },
  /** Scrolls so that these lines are in view. */
  scroll(editor: Editor, first: number, last: number): void {
    editor.visibleRanges = [new Range(first, 0, last, 0)];
    events.scrolled.fire({ textEditor: editor });
  },
  cursor(editor: Editor, line: number, character: number): void {
    editor.selection = new Selection(line, character, line, character);
  },
  checkout: () => events.head.fire(new Uri('file', '/work/.git/HEAD')),
  /** Texts of the decorations in an editor. */
  drawn: (editor: Editor): string[] =>
    [...editor.decorations.values()].flat().map(({ renderOptions }) => textIn(renderOptions) ?? '(struck through)'),
  /** Where decorations with a text stand. */
  drawnAt: (editor: Editor, text: string): Position | undefined =>
    [...editor.decorations.values()].flat().find(({ renderOptions }) => textIn(renderOptions) === text)?.range.start,
  reset(): void {
    documents.clear();
    files.clear();
    editors.clear();
    active = undefined;
    desk.isTrusted = true;
    desk.confirmed.length = 0;
    desk.isDiscarding = false;
    desk.servers.clear();
    desk.settings.clear();
    desk.questions.length = 0;
    desk.answer = undefined;
    reported.clear();
  },
};

const fake = {
  EventEmitter,
  Location,
  Position,
  InlineCompletionItem: class {
    readonly insertText: string;
    readonly range: Range;
    constructor(insertText: string, range: Range) {
      this.insertText = insertText;
      this.range = range;
    }
  },
  InlineCompletionTriggerKind: { Invoke: 0, Automatic: 1 },
  CancellationTokenSource: class {
    readonly token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) };
    dispose(): void {}
  },
  Range,
  Selection,
  Uri,
  WorkspaceEdit,
  ThemeColor: class {},
  MarkdownString: class {},
  DecorationRangeBehavior: { ClosedClosed: 1 },
  OverviewRulerLane: { Center: 2 },
  StatusBarAlignment: { Left: 1, Right: 2 },
  TextEditorRevealType: { InCenterIfOutsideViewport: 2 },
  TextDocumentChangeReason: { Undo: 1, Redo: 2 },
  DiagnosticSeverity: { Error: 0, Warning: 1 },
  CodeActionKind: { QuickFix: { value: 'quickfix' } },
  EndOfLine: { LF: 1, CRLF: 2 },
  l10n,
  languages: {
    onDidChangeDiagnostics: events.diagnostics.event,
    getDiagnostics: (uri: Uri) => reported.get(uri.toString()) ?? [],
  },
  commands: {
    executeCommand: async (command: string, ...args: never[]) => desk.servers.get(command)?.(...args),
  },
  workspace: {
    onDidOpenTextDocument: events.opened.event,
    onDidChangeTextDocument: events.changed.event,
    onDidCloseTextDocument: events.closed.event,
    onDidCloseNotebookDocument: new EventEmitter<object>().event,
    notebookDocuments: [],
    onDidSaveTextDocument: events.saved.event,
    onDidGrantWorkspaceTrust: events.trusted.event,
    createFileSystemWatcher: () => ({
      onDidChange: events.head.event,
      onDidCreate: new EventEmitter<Uri>().event,
      onDidDelete: new EventEmitter<Uri>().event,
      dispose() {},
    }),
    get textDocuments() {
      return [...documents.values()];
    },
    get isTrusted() {
      return desk.isTrusted;
    },
    workspaceFolders: [folder],
    getConfiguration: () => ({ get: (name: string) => desk.settings.get(name) }),
    getWorkspaceFolder: ({ path }: Uri) => (path.startsWith('/work/') ? folder : undefined),
    fs: { isWritableFileSystem: () => true },
    async openTextDocument(uri: Uri): Promise<Document> {
      const key = uri.toString();
      const open = documents.get(key);
      if (open) return open;
      const file = uri.scheme === 'untitled' ? new Document(uri, '') : files.get(key);
      if (!file) throw new Error(`${key} does not exist`);
      documents.set(key, file);
      events.opened.fire(file);
      return file;
    },
    applyEdit: async (edit: WorkspaceEdit) => {
      if (edit.isPreviewed) {
        desk.confirmed.push(edit);
        await showTextDocument(new Document(new Uri('preview', '/refactoring'), ''));
        if (desk.isDiscarding) return false;
      }
      const ticked = edit.edits.filter(({ metadata }) => !metadata?.needsConfirmation);
      for (const document of documents.values()) {
        const own = ticked.filter(({ uri }) => uri.toString() === document.uri.toString());
        if (own.length > 0) document.change(own);
      }
      return true;
    },
  },
  window: {
    createTextEditorDecorationType: () => ({ dispose() {} }),
    createStatusBarItem: () =>
      Object.assign(status, {
        show: () => (status.visible = true),
        hide: () => (status.visible = false),
        dispose() {},
      }),
    onDidChangeTextEditorSelection: events.moved.event,
    onDidChangeTextEditorVisibleRanges: events.scrolled.event,
    onDidChangeActiveTextEditor: events.activated.event,
    tabGroups: { all: [{}] },
    get visibleTextEditors() {
      return active ? [active] : [];
    },
    get activeTextEditor() {
      return active;
    },
    showTextDocument,
    showInformationMessage: async (message: string, ...items: (string | { readonly title: string })[]) => {
      desk.questions.push(message);
      desk.onQuestion();
      return items.find((item) => (typeof item === 'string' ? item : item.title) === desk.answer);
    },
  },
};

loadAsVscode(fake);
