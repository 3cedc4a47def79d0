// How the stored form has changed since the first version that is read.
import type { DatabaseSync } from 'node:sqlite';

/** The first version that is read; older databases are set aside (open.ts). */
export const FIRST_VERSION = 13;

/** Changes a table, or JSON that is stored in one, in place: adaptations, reports and routers stay usable. */
export type Change = (database: DatabaseSync) => void;

/**
 * The first change makes the version after FIRST_VERSION, and so on. With a change, the schema in database.ts is that of
 * a new database, and `test/golden/stored/` gets a database of the new version. A released change stays as it is.
 */
export const CHANGES: readonly Change[] = [];
