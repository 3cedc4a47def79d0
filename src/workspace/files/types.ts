// The result of reading a folder: files with their split, and left-out files with reasons.

export type Split = 'train' | 'validation' | 'test';

export interface HarvestedFile {
  /** Relative to the folder, '/' separators. */
  readonly path: string;
  /** VS Code's language id, guessed from the name. */
  readonly languageId: string;
  readonly kind: 'code' | 'prose';
  /** Decoded to UTF-16, '\n' line ends, secrets masked (`secrets` of them). */
  readonly text: string;
  /** Hex SHA-256 of the decoded text: the file's identity for re-harvest and near-duplicates. */
  readonly hash: string;
  /** By path alone, so that an edit never moves a file. */
  readonly split: Split;
  readonly secrets: number;
  /** When it was last written, by the file system, ms since 1970; absent: it is no file on disk. */
  readonly changedAt?: number;
}

export type LeftOutReason =
  | 'ignored' // .gitignore, .easyadaptationignore, files.exclude
  | 'binary'
  | 'minified'
  | 'generated'
  | 'vendored'
  | 'too-large'
  | 'near-duplicate'
  | 'empty'
  | 'unreadable'
  | 'not-a-file' // a link, pipe, socket or device: links are never followed
  | 'changed-while-read'
  | 'secret-file' // a key store, .env: never read for learning
  | 'over-limit'; // past the folder's limit of files, bytes or tokens

export interface HarvestReport {
  readonly root: string;
  readonly usedGit: boolean;
  readonly files: number;
  readonly bytes: number;
  /** Exact up to 250,000 characters, beyond that from a sample of the files. */
  readonly tokens: number;
  readonly secretsMasked: number;
  /** Files; a folder that is left out as a whole (ignored, vendored without git) counts once. */
  readonly leftOut: Readonly<Partial<Record<LeftOutReason, number>>>;
  /** A few paths per reason, for the report. */
  readonly leftOutExamples: Readonly<Partial<Record<LeftOutReason, readonly string[]>>>;
  readonly byLanguage: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
}

export interface HarvestOptions {
  /** The user trusts the folder (`workspace.isTrusted`): git may list its files. Else a walk reads the ignore files. */
  readonly trusted: boolean;
  /** VS Code's `files.exclude`: glob -> on. */
  readonly filesExclude: Readonly<Record<string, boolean>>;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  /** Of source text: text that is denser reaches the limit earlier, by its tokens. */
  readonly maxTotalBytes: number;
}
