// The value objects that a completion is made of, shared by every room between the keystroke and the model.

/** A place where text is wanted. Immutable; a new keystroke makes a new one. Line ends are '\n' throughout. */
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

/** One token of a draft, with what the coupling needs to judge it. */
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
  /** Both of two mixed models hold this token, and no other, likeliest; absent: one of them does not, or there is one. */
  readonly agreed?: true;
}

/** What a specialist proposes for a query. */
export interface Draft {
  /** The text to insert at the cursor; never ends in white space; '' when it has nothing to say. */
  readonly text: string;
  readonly tokens: readonly DraftToken[];
  /** Which model made it, as the panel shows it: 'n-gram', 'base + n-gram', 'adapted + n-gram'. */
  readonly model: string;
  /** It stopped by itself (end of line or block), not at a limit. */
  readonly complete: boolean;
  /**
   * The specialist's own estimate that the whole draft is right, 0..1, where it weighs rival lines against each other;
   * a feature for the coupling, which has the last word.
   */
  readonly confidence?: number;
  /** Lines that may follow the one that was asked for, less sure with each; begins with a line end. Absent: none were asked for, or found. */
  readonly beyond?: Pick<Draft, 'text' | 'tokens'>;
  /** Lengths of beginnings of the text and what lies beyond it, with which a document that parses would not any more. Absent: none, or nobody looked. */
  readonly broken?: readonly number[];
  /** Lengths of beginnings of several lines that end all that the further ones began, and nothing beyond what encloses the cursor. Absent: nobody looked, or it is one line. */
  readonly whole?: readonly number[];
  /** It makes a name of one that was begun which the document does not know, though it knows others that begin so. */
  readonly stranger?: true;
  /** Why another model than the one to be expected made it, for people: 'the neural model is starting'. */
  readonly why?: string;
  readonly latencyMs: number;
}

/**
 * A local model that answers in milliseconds. Implementations: the n-gram worker, and that one with the neural engine's process.
 * Everything is asynchronous because each lives off the extension host's thread.
 */
export interface Specialist {
  readonly name: string;
  /** Undefined where it has nothing loaded yet. Rejects only with the signal's reason. */
  complete(query: CompletionQuery, options: DraftOptions, signal: AbortSignal): Promise<Draft | undefined>;
  /** Similar places in the repository, for the large model's prompt; best first. */
  snippets(query: CompletionQuery, options: SnippetOptions, signal: AbortSignal): Promise<readonly Snippet[]>;
  /** A key was pressed and a request will follow: what takes long may begin. */
  begin?(query: CompletionQuery, options: DraftOptions): void;
  /** The cursor rests here: what makes a first request wait may be done now. */
  warm?(query: CompletionQuery): void;
  /** It works on an answer for this very place, though it has given one. */
  isUnderWay?(query: CompletionQuery, options: DraftOptions): boolean;
  /** An answer for this very place has come since, better than the one that was given: `complete` gives it. */
  hasBetter?(query: CompletionQuery, options: DraftOptions): boolean;
  /** Grows with what it learns of other files than the query's: an answer from before may not be the one it would give now. */
  indexRevisionFor?(query: CompletionQuery): number;
  /** The current text of an open or just saved file (unsaved text included); undefined: it was closed. */
  setOpenFile(path: string, text: string | undefined): void;
  /** The file was deleted: nothing of it is proposed any more. */
  removeFile?(path: string): void;
}

export interface DraftOptions {
  /** Complete a whole block where syntax calls for one; else to the line's end. */
  readonly multiline: boolean;
  readonly maxTokens: number;
  /** Lines below the cursor's where no block is called for, as `Draft.beyond`: wanted, or not to be shown at all. Absent: what is known of them for nothing. */
  readonly below?: 'wanted' | 'never';
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

/** Who answered. 'none': shown nothing. */
export type AnswerSource = 'specialist' | 'api' | 'none';

/**
 * What became of a shown completion. 'pending' until known; 'accepted', 'partly-accepted': taken with a key; 'typed': the user typed it, or a good
 * part of it, himself (rows of versions before call that accepted, too); 'ignored': replaced without a verdict.
 */
export type Outcome = 'pending' | 'accepted' | 'partly-accepted' | 'typed' | 'rejected' | 'ignored';
export type Verdict = Exclude<Outcome, 'pending'>;
