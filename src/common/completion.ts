// The value objects of a completion, shared by all modules between the keystroke and the model.

/** A cursor position with its document. Immutable; each keystroke makes a new one. Line ends are '\n'. */
export interface CompletionQuery {
  /** Path relative to the workspace folder, '/' separators; a made-up one for an untitled document. */
  readonly path: string;
  /** VS Code's language id, e.g. 'typescript', 'markdown', 'plaintext'. */
  readonly languageId: string;
  /** The document's text before the cursor, and after it. Whole documents up to a cap that the caller sets. */
  readonly prefix: string;
  readonly suffix: string;
}

/** Where the longest match that predicted a token was found. */
export type Tier = 'open-file' | 'folder' | 'project' | 'base';

/** One token of a draft, with the facts that the router needs. */
export interface DraftToken {
  readonly text: string;
  /** Calibrated probability of this token given the text before it, 0..1. */
  readonly probability: number;
  /** Probability of this token minus that of the runner-up, 0..1. */
  readonly margin: number;
  /** Entropy of the next-token distribution, nats. */
  readonly entropy: number;
  /** Length of the longest matched suffix, tokens, and how often that suffix was seen. */
  readonly matchLength: number;
  readonly count: number;
  readonly tier: Tier;
  /** Both models of a mixture predict this token; absent: they disagree, or there is one model. */
  readonly agreed?: true;
}

/** `Draft.model` of the n-grams without a neural model. */
export const NGRAM_MODEL = 'n-gram';

/** A specialist's proposal for a query. */
export interface Draft {
  /** The text to insert at the cursor; never ends in white space; '' if there is no proposal. */
  readonly text: string;
  readonly tokens: readonly DraftToken[];
  /** The model's name in the panel: 'n-gram', 'base + n-gram', 'adapted + n-gram'. */
  readonly model: string;
  /** The draft ended by itself (end of line or block), not at a limit. */
  readonly complete: boolean;
  /**
   * The specialist's own probability that the whole draft is right, 0..1. Absent if it does not rank several lines. A
   * feature of the router.
   */
  readonly confidence?: number;
  /** If this is a cut: the confidence of the draft that it is a cut of. */
  readonly lineConfidence?: number;
  /**
   * Lines that may follow `text`, less probable with each; begins with a line end. Absent: none were asked for, or none
   * was found.
   */
  readonly continuation?: Pick<Draft, 'text' | 'tokens'>;
  /** Lengths of cuts (continuation included) that add a syntax error to the document. Absent: none, or not checked. */
  readonly brokenCuts?: readonly number[];
  /**
   * Lengths of cuts after several lines that end every block the lines began, inside the syntax node around the cursor.
   * Absent: not checked, or one line.
   */
  readonly wholeCuts?: readonly number[];
  /**
   * The draft completes a name to one that the document lacks, while the document has names with the same beginning.
   */
  readonly unknownIdentifier?: true;
  /** The n-grams drafted alone, and the document near the cursor has every name of the text. */
  readonly knownNames?: true;
  /** Why the expected model did not make the draft, as a sentence for users: 'the neural model is starting'. */
  readonly why?: string;
  /** Why the document is not parsed any more, for the log. Absent: it is parsed. */
  readonly unparsed?: string;
  readonly latencyMs: number;
}

/**
 * A local model that answers in milliseconds. Implementations: a folder's worker, and the same with the neural engine's
 * process. Everything is asynchronous because both run outside the extension host's thread.
 */
export interface Specialist {
  readonly name: string;
  /** Undefined while no model is loaded. Rejects only with the signal's reason. */
  complete(query: CompletionQuery, options: DraftOptions, signal: AbortSignal): Promise<Draft | undefined>;
  /** Similar snippets of the repository for the large model's prompt; best first. */
  snippets(query: CompletionQuery, options: SnippetOptions, signal: AbortSignal): Promise<readonly Snippet[]>;
  /** A key was pressed and a request will follow: slow preparations may start. */
  begin?(query: CompletionQuery, options: DraftOptions): void;
  /** The cursor stays here: preparations for a first request may start. */
  warm?(query: CompletionQuery): void;
  /** Whether a better answer for this query is still being computed. */
  isDrafting?(query: CompletionQuery, options: DraftOptions): boolean;
  /** Whether `complete` now has a better answer for this query than the one it gave. */
  hasBetterDraft?(query: CompletionQuery, options: DraftOptions): boolean;
  /** Grows when the index changes by other files than the query's, so that earlier answers may be outdated. */
  indexRevisionFor?(query: CompletionQuery): number;
  /** The current text of an open or just saved file (unsaved text included); undefined after it was closed. */
  setOpenFile(path: string, text: string | undefined): void;
  /** The file was deleted: its text is no longer proposed. */
  removeFile?(path: string): void;
}

export interface DraftOptions {
  /** Draft a whole block; else to the line's end. */
  readonly multiline: boolean;
  readonly maxTokens: number;
}

export interface SnippetOptions {
  readonly maxSnippets: number;
  readonly maxCharacters: number;
}

/** A piece of another file of the repository. */
export interface Snippet {
  readonly path: string;
  readonly text: string;
  /** 0-based first line in that file. */
  readonly line: number;
}

/**
 * The outcome of a shown completion. 'pending': not known yet. 'accepted', 'partly-accepted': with a key. 'typed': the
 * user typed all or a good part of it. 'ignored': replaced without a verdict.
 */
export type Outcome = 'pending' | 'accepted' | 'partly-accepted' | 'typed' | 'rejected' | 'ignored';
export type Verdict = Exclude<Outcome, 'pending'>;

export interface CompletionPosition {
  readonly query: CompletionQuery;
  /** A block is wanted; else the rest of the line. */
  readonly block: boolean;
  /** The lines after the first are not cut to a block: the model itself decided where they end. */
  readonly further?: boolean;
  /** Only the cursor's line is wanted. */
  readonly alone?: boolean;
  /** The document's indent unit: '\t' or n spaces. */
  readonly indentUnit: string;
}
