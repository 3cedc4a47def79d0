// What reading a folder takes and gives: options, files with their split, and left-out files with reasons.

export type Split = 'train' | 'validation' | 'test';

export interface HarvestedFile {
  /** Relative to the folder, '/' separators. */
  readonly path: string;
  /** VS Code's language id, guessed from the name. */
  readonly languageId: string;
  readonly kind: 'code' | 'prose';
  /** Decoded text with '\n' line ends and redacted secrets (`secrets` is their number). */
  readonly text: string;
  /** Hexadecimal SHA-256 of `text`, which identifies the file's content. */
  readonly hash: string;
  /** Depends on the paths only, so that an edit never changes it. */
  readonly split: Split;
  readonly secrets: number;
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
  | 'secret-file' // a key store, .env: never used for training
  | 'over-limit'; // past the folder's limit of files, bytes or tokens

export interface HarvestReport {
  readonly root: string;
  readonly usedGit: boolean;
  readonly files: number;
  readonly bytes: number;
  /** Estimated within 25 % for source text. */
  readonly tokens: number;
  readonly secretsMasked: number;
  /** Number of files by reason. A folder that is left out as a whole (ignored, or vendored without git) counts once. */
  readonly leftOut: Readonly<Partial<Record<LeftOutReason, number>>>;
  /** Ignore files that could not be read, in sentences for the user. */
  readonly faults: readonly string[];
  readonly elapsedMs: number;
}

export interface HarvestOptions {
  /** Whether the user trusts the folder (`workspace.isTrusted`), so that git may list its files. */
  readonly trusted: boolean;
  /** VS Code's `files.exclude`: glob -> on. */
  readonly filesExclude: Readonly<Record<string, boolean>>;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  /** Limit for source text. Text with more tokens per byte reaches the limit earlier. */
  readonly maxTotalBytes: number;
}

export const defaultHarvestOptions: HarvestOptions = {
  trusted: false,
  // VS Code's own defaults.
  filesExclude: { '**/.git': true, '**/.svn': true, '**/.hg': true, '**/.DS_Store': true, '**/Thumbs.db': true },
  maxFileBytes: 1_000_000,
  maxFiles: 20_000,
  // About sixteen million tokens, which a laptop indexes in a minute.
  maxTotalBytes: 64_000_000,
};

/** A folder that a job may send parts of. Plain data: it is sent to a job's process. */
export interface SendableFolder {
  readonly root: string;
  readonly harvest: Partial<HarvestOptions>;
  /** What the session knows, also from unsaved documents; empty without a session. Never write them to a file. */
  readonly secrets: readonly string[];
}

export function withDefaults(options: Partial<HarvestOptions>): HarvestOptions {
  return { ...defaultHarvestOptions, ...options };
}
