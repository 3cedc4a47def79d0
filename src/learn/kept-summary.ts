// What is kept and sent, as much of it as a person can read at once: for the editor. The command line shows all of it.

import { ok, type Result } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { type KeptDeps, type KeptKind, type KeptRequest, type KeptRow, keptRows } from './kept.ts';

/** Text that is shown of each kind, UTF-16 units, and of one row. */
const limits = { kind: 200_000, row: 20_000 };

export interface KeptSummary {
  readonly rows: readonly KeptRow[];
  /** Rows of each kind that are not shown; none: all are. */
  readonly more: Readonly<Partial<Record<KeptKind, number>>>;
}

export async function keptSummary(request: KeptRequest, deps: KeptDeps): Promise<Result<KeptSummary>> {
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
  const rows = keptRows(request, { ...deps, log: noting(deps.log, lines) });
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
