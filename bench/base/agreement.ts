// What smaller weights change: how many lines are the same text as with fp32.

import { chooseFiles } from '../common/held-out.ts';
import { cursorsOf } from './cursors.ts';
import { sample } from './prepare.ts';
import { aloneLines } from './specialist.ts';
import type { Base, BaseContext, Prepared, Show } from './types.ts';
import { lossOf } from './windows.ts';

/** A share of 0.95 among so many is known to 0.015. */
const most = 200;
/** Of recorded files, for the loss. */
const lossCharacters = 30_000;

export async function agreement({ bases, prepared }: BaseContext, show: Show): Promise<void> {
  for (const base of bases) await agreementOf(base, prepared(base), show);
}

async function agreementOf(base: Base, prepared: readonly Prepared[], show: Show): Promise<void> {
  const cursors = sample(cursorsOf(prepared), most);
  const files = prepared.flatMap(({ name, recording }) => recording.named.map((file) => ({ ...file, package: name })));
  const chosen = chooseFiles(files, lossCharacters, 1);
  let reference: readonly string[] | undefined;
  for (const precision of ['fp32', 'int8', 'int4'] as const) {
    const texts = (await aloneLines(cursors, base, 'suffix', precision)).map(({ text }) => text);
    reference ??= texts;
    show([base.name, precision], {
      'same-line': texts.filter((text, i) => text === reference?.[i]).length / cursors.length,
      lines: cursors.length,
      'nats-per-token': await lossOf(base.model, chosen, { precision, tokenizer: base.tokenizer }),
    });
  }
}
