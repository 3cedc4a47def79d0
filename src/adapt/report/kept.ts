// Rows of stored and sent data by kind, and a readable part of them for the editor. The command line shows all rows.

import { ok, type Result } from '../../common/errors.ts';

/** The kinds in the order in which they are shown. */
export const keptKinds = [
  'harvest', // text of a file that the models learn from, as read now
  'snapshot', // text of a file in the index on disk
  'sample', // a training sample
  'label', // a request of an adaptation to the large model, at a position
  'prompt', // the request of a completion
  'shown-draft', // a local draft in such a request
  'answer', // a paid answer in the store
  'report', // the report of an adaptation in the store
  'draft', // a model's stored draft at a held-out position
  'stage', // other data that resumes an adaptation: positions by hash, outputs of finished stages
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

export async function summaryOf(rows: AsyncGenerator<KeptRow, Result<true>>): Promise<Result<KeptSummary>> {
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
  let next = await rows.next();
  for (; !next.done; next = await rows.next()) take(next.value);
  if (!next.value.ok) return next.value;
  return ok({ rows: shown, more });
}
