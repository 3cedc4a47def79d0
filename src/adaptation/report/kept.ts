// What is kept and sent, by kind; and as much of it as a person can read at once, for the editor. The command line shows all of it.

import { ok, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';

/** One row per kind, in the order in which they are shown. */
export const keptKinds = [
  'harvest', // a file as it is learned from now
  'path', // every path that is kept, of left-out files in the report too
  'snapshot', // a file as the index on disk has it
  'sample', // what training is shown
  'place', // a held-out place: what the models are judged on
  'label', // the request of an adaptation that asks the API about such a place
  'prompt', // the request of a completion
  'hint', // the local draft that goes along with it
  'answer', // paid answers in the store
  'outcome', // completions in the store, with what became of them
  'report', // reports of adaptations in the store
  'draft', // what models wrote at held-out places, in the store
  'stage', // what else an adaptation goes on from: those places, by hashes, and what it has finished
  'log', // lines logged while this was looked up
] as const;
export type KeptKind = (typeof keptKinds)[number];

export interface KeptRow {
  readonly kind: KeptKind;
  /** Relative to the folder; '' for what is of no file. */
  readonly path: string;
  readonly text: string;
}

/** Text that is shown of each kind, UTF-16 units, and of one row. */
const limits = { kind: 200_000, row: 20_000 };

export interface KeptSummary {
  readonly rows: readonly KeptRow[];
  /** Rows of each kind that are not shown; none: all are. */
  readonly more: Readonly<Partial<Record<KeptKind, number>>>;
}

/** @param rowsOf tells the log what goes wrong meanwhile: that is shown as well */
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

/** The log, with each line kept as well. */
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
