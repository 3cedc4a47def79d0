// Lines at the recorded cursors: the n-grams alone, and each base with them as one specialist.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MIXTURE_FILE } from '../../src/specialist/decoding/mix-source.ts';
import { withEngines } from '../common/engines.ts';
import { type Line, lineOf } from '../common/line-figures.ts';
import { complete } from '../ngram/main.ts';
import { byPackage, type Cursor, cursorsOf } from './cursors.ts';
import { showGains } from './gains.ts';
import { mixedLines } from './specialist.ts';
import type { Base, BaseContext, Show } from './types.ts';

/** Measures every base in turn, and then compares them. */
export async function lines({ bases, prepared: preparedFor }: BaseContext, show: Show): Promise<void> {
  const answers = new Map<Base, Record<string, readonly Line[]>>();
  const done = new Set<unknown>();
  for (const base of bases) {
    const prepared = preparedFor(base);
    const cursors = cursorsOf(prepared);
    if (!done.has(prepared)) {
      done.add(prepared);
      const ngram = cursors.map(({ prepared: { ngram }, position }) => lineOf(position, complete(ngram, position)));
      show([base.name, 'n-grams alone, over its tokens'], byPackage(cursors, ngram));
    }
    if (!existsSync(join(base.model, MIXTURE_FILE))) {
      console.log(`  ${base.name} has no ${MIXTURE_FILE}: 'as shipped' are the weights that the code starts with.`);
    }
    const snapshot = ({ snapshot }: Cursor['prepared']) => snapshot;
    const mixed = { base, model: () => base.model, snapshot };
    const name = 'with n-grams, as shipped';
    const rows = { [name]: await withEngines((engines) => mixedLines(engines, cursors, mixed)) };
    show([base.name, name], byPackage(cursors, rows[name] as readonly Line[]));
    answers.set(base, rows);
  }
  showGains(show, cursorsOf(preparedFor(bases[0] as Base)), answers);
}
