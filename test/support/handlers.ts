// Source text of the made-up project's files. Not in project.ts, because the bundled suite in the host needs only this.
export const things = [
  ...['account', 'invoice', 'order', 'product', 'customer', 'address', 'payment', 'shipment'],
  ...['warehouse', 'supplier', 'coupon', 'refund', 'basket', 'review', 'category', 'employee'],
  ...['contract', 'ticket', 'project', 'milestone', 'comment', 'attachment', 'session', 'device'],
];

/** One file of the project. The files differ only in a name, so that the specialist is confident. */
export function handlerSource(thing: string): string {
  const type = `${thing[0]?.toUpperCase()}${thing.slice(1)}`;
  return `import { type RequestContext, respondWithError, respondWithJson } from '../http.ts';
import { openDatabase } from '../database.ts';

export interface ${type} {
  readonly id: string;
  readonly createdAt: Date;
  readonly name: string;
}

/** Loads one ${thing} by its id. */
export async function load${type}(context: RequestContext, id: string): Promise<${type} | undefined> {
  const database = await openDatabase(context.configuration);
  const row = await database.queryOne('select * from ${thing} where id = ?', [id]);
  if (row === undefined) {
    respondWithError(context, 404, 'not found');
    return undefined;
  }
  return { id: row.id, createdAt: new Date(row.created_at), name: row.name };
}

/** Answers a request for one ${thing}. */
export async function handle${type}(context: RequestContext): Promise<void> {
  const ${thing} = await load${type}(context, context.parameters.id);
  if (${thing} === undefined) return;
  respondWithJson(context, 200, ${thing});
}
`;
}
