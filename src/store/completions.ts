// Completions and their outcomes: the newest of them, and totals over these.

import type { Outcome, Source } from '../common/completion.ts';
import type { Database } from './database.ts';
import { keptCompletions } from './store.ts';
import type { CompletionRow, Totals } from './types.ts';

/** Old completions are dropped once per so many new ones. */
const trimEvery = 500;

export class Completions {
  private readonly database: Database;
  private untilTrim = 1;

  constructor(database: Database) {
    this.database = database;
  }

  record(row: CompletionRow): void {
    this.database.insert('completions', row);
    if (--this.untilTrim > 0) return;
    this.untilTrim = trimEvery;
    this.database.run(
      'DELETE FROM completions WHERE rowid IN (SELECT rowid FROM completions ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?)',
      keptCompletions,
    );
  }

  setOutcome(id: string, outcome: Outcome): void {
    this.database.run('UPDATE completions SET outcome = ? WHERE id = ?', outcome, id);
  }

  totals(): Totals {
    const { database } = this;
    const groups = new Map(
      database
        .rows<{ source: Source; count: number; accepted: number; savedUsd: number }>(
          `SELECT source, count(*) AS count, sum(savedUsd) AS savedUsd,
             sum(outcome IN ('accepted', 'partly-accepted')) AS accepted
           FROM completions GROUP BY source`,
        )
        .map((group) => [group.source, group]),
    );
    const sum = (value: 'accepted' | 'savedUsd') =>
      [...groups.values()].reduce((total, group) => total + group[value], 0);
    const local = groups.get('specialist')?.count ?? 0;
    const api = groups.get('api')?.count ?? 0;
    // Nearest rank, as in common/quality.ts.
    const latency = (source: Source, of: number, p: number) =>
      database.number(
        'SELECT latencyMs AS value FROM completions WHERE source = ? ORDER BY latencyMs LIMIT 1 OFFSET ?',
        source,
        Math.max(0, Math.ceil(p * of) - 1),
      );
    return {
      completions: local + api,
      local,
      api,
      accepted: sum('accepted'),
      spentUsd: database.number('SELECT sum(costUsd) AS value FROM teacherCalls') ?? 0,
      savedUsd: sum('savedUsd'),
      localP50Ms: latency('specialist', local, 0.5),
      localP95Ms: latency('specialist', local, 0.95),
      apiP50Ms: latency('api', api, 0.5),
      apiP95Ms: latency('api', api, 0.95),
    };
  }
}
