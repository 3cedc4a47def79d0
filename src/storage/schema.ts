// The database schema. Columns have the names of the row types' fields.

/**
 * The `user_version` of a database with this schema. Raise it with every change of a table, and of JSON that is stored
 * in one: databases of all other versions are set aside (open.ts).
 */
export const schemaVersion = 12;

export const schema = `
   CREATE TABLE llmCalls (
     at REAL NOT NULL, requestHash TEXT NOT NULL, purpose TEXT NOT NULL, folder TEXT NOT NULL, path TEXT NOT NULL,
     model TEXT NOT NULL, text TEXT NOT NULL, inputTokens INTEGER NOT NULL, cacheWriteTokens INTEGER NOT NULL,
     cacheReadTokens INTEGER NOT NULL, outputTokens INTEGER NOT NULL, costUsd REAL NOT NULL, latencyMs REAL NOT NULL
   ) STRICT;
   CREATE INDEX llmCallsByHash ON llmCalls (requestHash);
   CREATE INDEX llmCallsByTime ON llmCalls (at);
   CREATE TABLE completions (
     id TEXT PRIMARY KEY, at REAL NOT NULL, folder TEXT NOT NULL, path TEXT NOT NULL, languageId TEXT NOT NULL,
     line INTEGER NOT NULL, source TEXT NOT NULL, model TEXT NOT NULL, text TEXT NOT NULL, latencyMs REAL NOT NULL,
     cached INTEGER NOT NULL, costUsd REAL NOT NULL, savedUsd REAL NOT NULL, pSpecialist REAL NOT NULL,
     pApi REAL NOT NULL, decision TEXT NOT NULL, outcome TEXT NOT NULL, taken REAL NOT NULL
   ) STRICT;
   CREATE INDEX completionsByTime ON completions (at);
   CREATE TABLE adaptations (
     id TEXT PRIMARY KEY, folder TEXT NOT NULL, startedAt REAL NOT NULL, finishedAt REAL NOT NULL,
     report TEXT NOT NULL, router TEXT NOT NULL
   ) STRICT;
   CREATE INDEX adaptationsByFolder ON adaptations (folder, finishedAt);
   -- Costs are separate from texts, which may be deleted. Months are in local time, as in common/paid-call.ts.
   CREATE TABLE spending (month TEXT PRIMARY KEY, usd REAL NOT NULL) STRICT;
   -- Spending made while the clock was ahead, and the earlier month that first noticed it. It counts in both months,
   -- and in no month between them.
   CREATE TABLE carriedSpending (
     month TEXT NOT NULL, countedIn TEXT NOT NULL, usd REAL NOT NULL, PRIMARY KEY (month, countedIn)
   ) STRICT;
   -- Measurements and finished stages of adaptations. Files and the author's text are stored only as hashes.
   CREATE TABLE answers (
     folder TEXT NOT NULL, place TEXT NOT NULL, path TEXT NOT NULL, model TEXT NOT NULL, draft TEXT NOT NULL,
     loss TEXT NOT NULL,
     PRIMARY KEY (folder, model, place)
   ) STRICT;
   CREATE TABLE stages (
     folder TEXT NOT NULL, stage TEXT NOT NULL, signature TEXT NOT NULL, at REAL NOT NULL, made TEXT NOT NULL,
     PRIMARY KEY (folder, stage)
   ) STRICT;`;

/** Tables of a folder's adaptations, including what they resume from. */
export const adaptationTables = ['adaptations', 'answers', 'stages'] as const;
/** Tables with data of folders. */
export const folderTables = ['llmCalls', 'completions', ...adaptationTables] as const;

/** Tables that `Database.insert` accepts. */
export type StoreTable = (typeof folderTables)[number];
