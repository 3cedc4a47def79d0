// Lines at the recorded cursors: the n-grams alone, each base alone, and the two as one specialist.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MIXTURE_FILE } from '../../src/specialist/decoding/types.ts';
import type { EngineClient } from '../../src/specialist/engine/client.ts';
import { withEngines } from '../common/engines.ts';
import { type Line, lineOf } from '../common/line-figures.ts';
import { complete } from '../ngram/main.ts';
import { byPackage, type Cursor, cursorsOf } from './cursors.ts';
import { showGains } from './gains.ts';
import { aloneLines, mixedLines } from './specialist.ts';
import type { Base, BaseContext, Show } from './types.ts';

/** What one base is measured with. */
interface Bench {
  readonly base: Base;
  readonly cursors: readonly Cursor[];
  readonly engines: readonly EngineClient[];
  /** Shows the figures of a row, and keeps its lines to compare bases by. */
  readonly keep: (name: string, lines: readonly Line[]) => void;
}

/** Measures every base in turn, and then compares them row by row. */
async function eachBase(context: BaseContext, show: Show, measure: (bench: Bench) => Promise<void>): Promise<void> {
  const answers = new Map<Base, Record<string, readonly Line[]>>();
  for (const base of context.bases) {
    const cursors = cursorsOf(context.prepared(base));
    const rows: Record<string, readonly Line[]> = {};
    const keep = (name: string, lines: readonly Line[]) => {
      rows[name] = lines;
      show([base.name, name], byPackage(cursors, lines));
    };
    await withEngines((engines) => measure({ base, cursors, engines, keep }));
    answers.set(base, rows);
  }
  showGains(show, cursorsOf(context.prepared(context.bases[0] as Base)), answers);
}

export function lines(context: BaseContext, show: Show): Promise<void> {
  const done = new Set<unknown>();
  return eachBase(context, show, async ({ base, cursors, engines, keep }) => {
    const prepared = context.prepared(base);
    if (!done.has(prepared)) {
      done.add(prepared);
      const ngram = cursors.map(({ prepared: { ngram }, position }) => lineOf(position, complete(ngram, position)));
      show([base.name, 'n-grams alone, over its tokens'], byPackage(cursors, ngram));
    }
    keep('alone, suffix and snippets', await aloneLines(cursors, base));
    if (!existsSync(join(base.model, MIXTURE_FILE))) {
      console.log(`  ${base.name} has no ${MIXTURE_FILE}: 'as shipped' are the weights that the code starts with.`);
    }
    const shipped = {
      base,
      model: () => base.model,
      snapshot: ({ snapshot }: Cursor['prepared']) => snapshot,
    };
    keep('with n-grams, as shipped', await mixedLines(engines, cursors, shipped));
  });
}
