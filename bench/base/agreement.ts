// What smaller weights change: how many lines are the same text as with fp32.

import { spread, withEngines } from '../engines.ts';
import { chooseFiles } from '../held-out.ts';
import { cursorsOf, loadAll, promptAt, suffixed } from './lines.ts';
import { neuralLine } from './neural-line.ts';
import { sample, withPrepared } from './prepare.ts';
import type { BaseContext, Show } from './types.ts';
import { lossOf } from './windows.ts';

/** A share of 0.95 among so many is known to 0.015. */
const most = 200;
/** Of recorded files, for the loss. */
const lossCharacters = 30_000;

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
      const files = prepared.flatMap(({ name, recording }) =>
        recording.named.map((file) => ({ ...file, package: name })),
      );
      const chosen = chooseFiles(files, lossCharacters, 1);
      const reference = await texts('fp32');
      for (const precision of ['fp32', 'int8', 'int4'] as const) {
        const own = precision === 'fp32' ? reference : await texts(precision);
        const same = own.filter((text, i) => text === reference[i]).length;
        show(precision, {
          'same-line': same / cursors.length,
          lines: cursors.length,
          'nats-per-token': await lossOf(context.model, chosen, { precision, tokenizer: context.tokenizer }),
        });
      }
    }),
  );
}
