// The database's tables, and the steps from each version of them to the next.

/**
 * Step i takes a database from `user_version` i to i + 1. Append only: a released step never changes. Columns bear the
 * names of the row types' fields, so that a row is a record.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE teacherCalls (
     at REAL NOT NULL, requestHash TEXT NOT NULL, purpose TEXT NOT NULL, folder TEXT NOT NULL, path TEXT NOT NULL,
     model TEXT NOT NULL, text TEXT NOT NULL, inputTokens INTEGER NOT NULL, cacheWriteTokens INTEGER NOT NULL,
     cacheReadTokens INTEGER NOT NULL, outputTokens INTEGER NOT NULL, costUsd REAL NOT NULL, latencyMs REAL NOT NULL
   ) STRICT;
   CREATE INDEX teacherCallsByHash ON teacherCalls (requestHash);
   CREATE INDEX teacherCallsByTime ON teacherCalls (at);
   CREATE TABLE completions (
     id TEXT PRIMARY KEY, at REAL NOT NULL, folder TEXT NOT NULL, path TEXT NOT NULL, languageId TEXT NOT NULL,
     line INTEGER NOT NULL, source TEXT NOT NULL, model TEXT NOT NULL, text TEXT NOT NULL, latencyMs REAL NOT NULL,
     costUsd REAL NOT NULL, savedUsd REAL NOT NULL, pSpecialist REAL NOT NULL, pApi REAL NOT NULL,
     decision TEXT NOT NULL, outcome TEXT NOT NULL
   ) STRICT;
   CREATE INDEX completionsByTime ON completions (at);
   -- Covers the totals, which the panel asks for after every completion.
   CREATE INDEX completionsForTotals ON completions (source, latencyMs, at, savedUsd, outcome);
   CREATE TABLE adaptations (
     id TEXT PRIMARY KEY, folder TEXT NOT NULL, startedAt REAL NOT NULL, finishedAt REAL NOT NULL,
     report TEXT NOT NULL, coupling TEXT NOT NULL
   ) STRICT;
   CREATE INDEX adaptationsByFolder ON adaptations (folder, finishedAt);`,
  // Money apart from texts, which may be deleted. Local months; 'localtime' is the machine's, as in common/paid-call.ts.
  `CREATE TABLE spending (month TEXT PRIMARY KEY, usd REAL NOT NULL) STRICT;
   CREATE TABLE reservations (
     id TEXT PRIMARY KEY, at REAL NOT NULL, until REAL NOT NULL, purpose TEXT NOT NULL, model TEXT NOT NULL, usd REAL NOT NULL
   ) STRICT;
   INSERT INTO spending SELECT strftime('%Y-%m', at / 1000, 'unixepoch', 'localtime') AS month, sum(costUsd)
     FROM teacherCalls GROUP BY month;`,
  // What an adaptation has measured and finished. Places by hashes: of the masked file, and of what its author wrote there.
  `CREATE TABLE places (
     folder TEXT NOT NULL, place TEXT NOT NULL, path TEXT NOT NULL, file TEXT NOT NULL, offset INTEGER NOT NULL,
     truth TEXT NOT NULL, split TEXT NOT NULL, PRIMARY KEY (folder, place)
   ) STRICT;
   CREATE TABLE answers (
     folder TEXT NOT NULL, place TEXT NOT NULL, model TEXT NOT NULL, draft TEXT NOT NULL, loss TEXT NOT NULL,
     PRIMARY KEY (folder, model, place)
   ) STRICT;
   CREATE TABLE stages (
     folder TEXT NOT NULL, stage TEXT NOT NULL, signature TEXT NOT NULL, at REAL NOT NULL, made TEXT NOT NULL,
     PRIMARY KEY (folder, stage)
   ) STRICT;`,
  // What a key has written of a completion. Of earlier rows it is not told apart from what was typed as shown.
  `ALTER TABLE completions ADD COLUMN taken REAL NOT NULL DEFAULT 0;
   UPDATE completions SET taken = length(text) WHERE outcome = 'accepted';
   DROP INDEX completionsForTotals;
   CREATE INDEX completionsForTotals ON completions (source, latencyMs, at, savedUsd, outcome, taken);`,
  // Whether a cache answered, of earlier rows unknown; and what the rows came to that are dropped because they are old, by source: no folder, no text.
  `ALTER TABLE completions ADD COLUMN cached INTEGER;
   DROP INDEX completionsForTotals;
   CREATE INDEX completionsForTotals ON completions (source, cached, latencyMs, savedUsd, outcome, taken);
   CREATE TABLE droppedCompletions (
     source TEXT PRIMARY KEY, count INTEGER NOT NULL, savedUsd REAL NOT NULL, characters REAL NOT NULL,
     accepted INTEGER NOT NULL, typed INTEGER NOT NULL
   ) STRICT;`,
  // Adaptations no longer continue by themselves, and the large model writes nothing to be learned: what they left is of no use.
  `DELETE FROM answers WHERE substr(model, 1, 7) = 'onward ';
   DELETE FROM stages WHERE stage IN ('written', 'weighed');
   DELETE FROM places WHERE NOT EXISTS (SELECT 1 FROM answers WHERE answers.folder = places.folder AND answers.place = places.place);`,
  // What was spent under a clock that was ahead, and the month in which it was first seen by an earlier clock: it counts there, too, and
  // in no other month between.
  `CREATE TABLE carriedSpending (
     month TEXT NOT NULL, countedIn TEXT NOT NULL, usd REAL NOT NULL, PRIMARY KEY (month, countedIn)
   ) STRICT;`,
];

/** Of a folder's adaptations, with all that they go on from. */
export const adaptationTables = ['adaptations', 'places', 'answers', 'stages'] as const;
/** Tables with something of a folder in them. */
export const folderTables = ['teacherCalls', 'completions', ...adaptationTables] as const;

/** Those, and what is left of rows that were dropped. */
export const allTables = [...folderTables, 'droppedCompletions'] as const;

/** Tables whose rows are records. */
export type StoreTable = (typeof allTables)[number] | 'reservations';
