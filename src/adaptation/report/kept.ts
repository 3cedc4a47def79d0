// Rows of stored and sent data by kind, and a readable part of them for the editor. The command line shows all rows.

import { ok, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';

/** The kinds in the order in which they are shown. */
export const keptKinds = [
  'harvest', // text of a file that the models learn from, as read now
  'path', // a stored path; the report also has paths of left-out files
  'snapshot', // text of a file in the index on disk
  'sample', // a training sample
  'place', // a held-out position that the models are measured at
  'label', // a request of an adaptation to the large model, at a position
  'prompt', // the request of a completion
  'shown-draft', // a local draft in such a request
  'answer', // a paid answer in the store
  'outcome', // a completion in the store with its outcome
  'report', // the report of an adaptation in the store
  'draft', // a model's stored draft at a held-out position
  'stage', // other data that resumes an adaptation: positions by hash, outputs of finished stages
  'log', // a log line of this command
] as const;
export type KeptKind = (typeof keptKinds)[number];

export interface KeptRow {
  readonly kind: KeptKind;
  /** Relative to the folder; '' if the row belongs to no file. */
  readonly path: string;
  readonly text: string;
}

/** Maximum UTF-16 units shown of each kind, and of one row. */
const limits = { kind: 200_000, row: 20_000 };

export interface KeptSummary {
  readonly rows: readonly KeptRow[];
  /** Number of rows of each kind that are not shown; absent: none. */
  readonly more: Readonly<Partial<Record<KeptKind, number>>>;
}

/** @param rowsOf yields the rows; what it logs becomes rows as well */
export async function summaryOf(
  rowsOf: (log: Log) => AsyncGenerator<KeptRow, Result<true>>,
  log: Log,
): Promise<Result<KeptSummary>> {
  const lines: string[] = [];
  const shown: KeptRow[] = [];
  const used: Partial<Record<KeptKind, number>> = {};
  const more: Partial<Record<KeptKind, number>> = {};
  const take = ({ kind, path, text }: KeptRow) => {
    const before = used[kind] ?? 0;
    if (before >= limits.kind) {
      more[kind] = (more[kind] ?? 0) + 1;
      return;
    }
    const cut = text.length > limits.row ? `${text.slice(0, limits.row)}…` : text;
    used[kind] = before + cut.length;
    shown.push({ kind, path, text: cut });
  };
  const rows = rowsOf(noting(log, lines));
  let next = await rows.next();
  for (; !next.done; next = await rows.next()) take(next.value);
  if (!next.value.ok) return next.value;
  for (const text of lines) take({ kind: 'log', path: '', text });
  return ok({ rows: shown, more });
}

/** A log that also appends each line to `lines`. */
export function noting(log: Log, lines: string[]): Log {
  const note =
    (level: 'debug' | 'info' | 'warn') =>
    (message: string): void => {
      lines.push(message);
      log[level](message);
    };
  return {
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: (message, error) => {
      lines.push(error === undefined ? message : `${message}: ${error instanceof Error ? error.message : error}`);
      log.error(message, error);
    },
  };
}
