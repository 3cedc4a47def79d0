// Stores the newest completions and their outcomes, and totals over all completions.

import type { AnswerSource, Outcome } from '../common/completion.ts';
import type { Database } from './database.ts';
import { keptCompletions } from './store.ts';
import type { CompletionRow, Totals } from './types.ts';

type Summed = 'count' | 'accepted' | 'typed' | 'characters' | 'savedUsd';

/** Sums of the rows of a source, in the column order of droppedCompletions. */
const sums = `source, count(*) AS count, sum(savedUsd) AS savedUsd, sum(taken) AS characters,
  sum(outcome IN ('accepted', 'partly-accepted')) AS accepted, sum(outcome = 'typed') AS typed`;
const olderRows = 'rowid IN (SELECT rowid FROM completions ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?)';

/** Old completions are dropped each time this many new ones were recorded. */
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
    this.database.inTransaction(() => {
      this.database.run(
        `INSERT INTO droppedCompletions SELECT ${sums} FROM completions WHERE ${olderRows} GROUP BY source
         ON CONFLICT (source) DO UPDATE SET count = count + excluded.count, savedUsd = savedUsd + excluded.savedUsd,
           characters = characters + excluded.characters, accepted = accepted + excluded.accepted, typed = typed + excluded.typed`,
        keptCompletions,
      );
      this.database.run(`DELETE FROM completions WHERE ${olderRows}`, keptCompletions);
    });
  }

  /** @param taken characters that the user accepted with a key */
  setOutcome(id: string, outcome: Outcome, taken: number): void {
    this.database.run('UPDATE completions SET outcome = ?, taken = ? WHERE id = ?', outcome, taken, id);
  }

  totals(): Totals {
    const { database } = this;
    const groups = database.rows<{ source: AnswerSource } & Record<Summed, number>>(
      `SELECT ${sums} FROM completions GROUP BY source
       UNION ALL SELECT source, count, savedUsd, characters, accepted, typed FROM droppedCompletions`,
    );
    const sum = (value: Summed, by?: AnswerSource) =>
      groups.reduce((total, group) => total + (by === undefined || by === group.source ? group[value] : 0), 0);
    const [local, large] = [sum('count', 'specialist'), sum('count', 'api')];
    const latency = (source: AnswerSource) => {
      const timed = 'FROM completions WHERE source = ? AND cached = 0';
      const count = database.number(`SELECT count(*) AS value ${timed}`, source) ?? 0;
      // Nearest rank, as in common/quality.ts.
      const rank = Math.max(0, Math.ceil(count / 2) - 1);
      return database.number(`SELECT latencyMs AS value ${timed} ORDER BY latencyMs LIMIT 1 OFFSET ?`, source, rank);
    };
    return {
      completions: local + large,
      local,
      api: large,
      accepted: sum('accepted'),
      typed: sum('typed'),
      characters: sum('characters'),
      spentUsd: database.number('SELECT sum(costUsd) AS value FROM llmCalls') ?? 0,
      savedUsd: sum('savedUsd'),
      localP50Ms: latency('specialist'),
      apiP50Ms: latency('api'),
    };
  }
}
