// What a base takes: on disk, and in the process that serves it, above the same process with nothing loaded.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap } from '../../src/common/errors.ts';
import type { EngineClient } from '../../src/specialist/engine/client.ts';
import { withEngines } from '../common/engines.ts';
import { lineTokens } from '../common/line-figures.ts';
import { cursorsOf, isPublic, queryAt } from './cursors.ts';
import { sample } from './prepare.ts';
import { source } from './specialist.ts';
import type { BaseContext, Show } from './types.ts';

/** After so many drafts the process has allocated what it needs. */
const drafts = 30;

export async function size({ bases, prepared }: BaseContext, show: Show): Promise<void> {
  for (const base of bases) {
    const bytes = (name: string) => statSync(join(base.model, name)).size;
    const files = readdirSync(base.model).map(bytes);
    const cursors = sample(cursorsOf(prepared(base)).filter(isPublic), drafts);
    const memory = await withEngines(async ([engine]) => {
      const one = engine as EngineClient;
      const empty = await residentMb(one);
      // With the text of no folder: what the n-grams of one take hangs on the folder, not on the base.
      const { snapshot: _, ...bare } = source(base, 'bare', base.model, '');
      unwrap(await one.request('open', bare));
      for (const { position } of cursors) {
        const options = { multiline: false, maxTokens: lineTokens };
        unwrap(await one.request('draft', { key: 'bare', query: queryAt(position), options }));
      }
      return { empty, serving: await residentMb(one) };
    }, 1);
    show([base.name], {
      'parameters-m': base.parameters / 1e6,
      'weights-mb': bytes('model.safetensors') / 1e6,
      'all-files-mb': files.reduce((total, size) => total + size, 0) / 1e6,
      'serving-mb-above-empty': memory.serving - memory.empty,
      'empty-mb': memory.empty,
      drafts: cursors.length,
    });
  }
}

async function residentMb(engine: EngineClient): Promise<number> {
  return unwrap(await engine.request('status', {})).memory / 1e6;
}
