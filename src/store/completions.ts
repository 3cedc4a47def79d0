// Completions and their outcomes: the newest of them, and totals over these.

import type { Outcome, Source } from '../common/completion.ts';
import type { Database } from './database.ts';
import { keptCompletions } from './store.ts';
import type { CompletionRow, Totals } from './types.ts';

type Summed = 'accepted' | 'typed' | 'characters' | 'savedUsd';

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

  /** @param taken characters that a key has written */
  setOutcome(id: string, outcome: Outcome, taken: number): void {
    this.database.run('UPDATE completions SET outcome = ?, taken = ? WHERE id = ?', outcome, taken, id);
  }

  totals(): Totals {
    const { database } = this;
    const groups = new Map(
      database
        .rows<{ source: Source } & Record<'count' | Summed, number>>(
          `SELECT source, count(*) AS count, sum(savedUsd) AS savedUsd, sum(taken) AS characters,
             sum(outcome IN ('accepted', 'partly-accepted')) AS accepted, sum(outcome = 'typed') AS typed
           FROM completions GROUP BY source`,
        )
        .map((group) => [group.source, group]),
    );
    const sum = (value: Summed) => [...groups.values()].reduce((total, group) => total + group[value], 0);
    const local = groups.get('specialist')?.count ?? 0;
    const api = groups.get('api')?.count ?? 0;
    // Nearest rank, as in common/quality.ts.
    const latency = (source: Source, of: number) =>
      database.number(
        'SELECT latencyMs AS value FROM completions WHERE source = ? ORDER BY latencyMs LIMIT 1 OFFSET ?',
        source,
        Math.max(0, Math.ceil(of / 2) - 1),
      );
    return {
      completions: local + api,
      local,
      api,
      accepted: sum('accepted'),
      typed: sum('typed'),
      characters: sum('characters'),
      spentUsd: database.number('SELECT sum(costUsd) AS value FROM teacherCalls') ?? 0,
      savedUsd: sum('savedUsd'),
      localP50Ms: latency('specialist', local),
      apiP50Ms: latency('api', api),
    };
  }
}
