// What smaller weights change: how many lines are the same text as with fp32.

import { cursorsOf, loadAll, promptAt, suffixed } from './base-lines.ts';
import { sample, withPrepared } from './base-prepare.ts';
import type { BaseContext, Show } from './base-types.ts';
import { spread, withEngines } from './engines.ts';
import { neuralLine } from './neural-lines.ts';

/** A share of 0.95 among so many is known to 0.015. */
const most = 200;

export function agreement(context: BaseContext, show: Show): Promise<void> {
  return withPrepared(context, (prepared) =>
    withEngines(async (engines) => {
      const cursors = sample(cursorsOf(prepared), most);
      const texts = async (precision: 'fp32' | 'int8' | 'int4') => {
        await loadAll(engines, context, precision);
        const lines = await spread(engines, cursors, (engine, cursor) =>
          neuralLine(engine, cursor.place, promptAt(cursor, suffixed, context)),
        );
        return lines.map(({ text }) => text);
      };
      const reference = await texts('fp32');
      for (const precision of ['int8', 'int4'] as const) {
        const same = (await texts(precision)).filter((text, i) => text === reference[i]).length;
        show(precision, { 'same-line': same / cursors.length, lines: cursors.length });
      }
    }),
  );
}
