// One text that is answered in words, whatever its source: what a prompt and a local draft need.
import type { Result } from '../common/errors.ts';
import type { AnswerExample, AnswerForm } from '../prompts/answer/answer-prompt.ts';
import type { DocEdit } from '../text/doc-comments.ts';
import type { HarvestOptions } from '../workspace/files/types.ts';

/** An opened, trusted folder, and the rules for sending its files. */
export interface OpenedFolder {
  readonly root: string;
  readonly harvest: Partial<HarvestOptions>;
  /** The user's globs: files that they exclude are not sent. */
  readonly exclude: Readonly<Record<string, boolean>>;
}

export interface AnswerItem {
  readonly form: AnswerForm;
  /** Redacted, as the examples are. */
  readonly text: string;
  /** The most similar texts of the folder with their answers, nearest first. */
  readonly examples: readonly AnswerExample[];
  /** The answer without a large model; '' if the folder has nothing to follow. */
  readonly draft: string;
  /** Whether the text may be sent. */
  readonly isOpen: boolean;
  /** Why it may not, for the user. */
  readonly withheld?: string;
  /** Puts the answer into the text that the request has. Absent: the answer stands alone. */
  readonly edit?: (answer: string) => Result<DocEdit>;
}
